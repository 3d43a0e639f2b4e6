"""Citus: the distribution of tables over its nodes, and the list of tenants on its coordinator."""
