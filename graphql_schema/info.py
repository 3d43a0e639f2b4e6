"""The `info` that resolvers of fields get: Strawberry's, with our context."""

import strawberry

from graphql_schema.context import Context

Info = strawberry.Info[Context, None]
