"""Limits on concurrent operations: one viewer's expensive ones do not delay the cheap ones of others."""

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from analytics.domain.errors import RateLimitedError
from analytics.domain.limits import REFUSED_COST
from graphql_schema.context import Context


class ConcurrencyExtension(SchemaExtension):
    """Takes a place for the execution of an operation; for a subscription, for its beginning only.

    An operation that never comes so far, because its document is not valid or too dear, has a price too.
    """

    _has_begun = False

    async def on_operation(self) -> AsyncIterator[None]:
        """Around all of an operation."""
        context: Context = self.execution_context.context
        try:
            yield
        finally:
            if not self._has_begun and not context.refused:
                await context.charge(context, REFUSED_COST)

    async def on_execute(self) -> AsyncIterator[None]:
        """Around execution."""
        context: Context = self.execution_context.context
        self._has_begun = True
        try:
            async with context.slot(context):
                yield
        except RateLimitedError as error:
            context.refused = error
            raise
