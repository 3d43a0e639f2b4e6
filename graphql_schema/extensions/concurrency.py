"""Limits on concurrent operations: one viewer's expensive ones do not delay the cheap ones of others."""

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from analytics.domain.errors import RateLimitedError
from analytics.domain.limits import REFUSED_COST
from graphql_schema.context import Context


class ConcurrencyExtension(SchemaExtension):
    """Holds a slot for the execution of an operation; for a subscription, only for its beginning.

    An operation that is not executed, because its document is invalid or too expensive, is charged too.
    """

    _has_begun = False

    async def on_operation(self) -> AsyncIterator[None]:
        """Charge an operation that was not executed, after its end."""
        context: Context = self.execution_context.context
        try:
            yield
        finally:
            if not self._has_begun and not context.refused:
                await context.charge(context, REFUSED_COST)

    async def on_execute(self) -> AsyncIterator[None]:
        """Hold a slot during execution."""
        context: Context = self.execution_context.context
        self._has_begun = True
        try:
            async with context.slot(context):
                yield
        except RateLimitedError as error:
            context.refused = error
            raise
