"""The GraphQL schema: types, inputs, scalars, permissions. Nothing else in the project defines GraphQL.

A field takes its input, builds the query specification through the viewer, and calls a resolver. `extensions` run
around every operation; `limits` bound what a document may ask for.
"""
