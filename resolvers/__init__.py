"""Resolvers: from a query specification to plain values, ready to be shown.

Functions take specifications and return frozen dataclasses. They know nothing of GraphQL, HTTP or jobs.
"""
