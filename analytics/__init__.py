"""The ground floor: what the numbers are and how they are kept.

Tables and migrations, the events that come in and how they merge (`ingest/`), the specification that every
filter becomes, the metrics, the plan that says where a query reads, the statements, and the queries that run
them. Nothing here knows of GraphQL, HTTP, jobs or settings: callers hand in values and get plain values back.
"""
