"""Operations are run when there is a place for them: nobody's dear ones hold up the cheap ones of others."""

from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from analytics.domain.errors import RateLimitedError
from graphql_schema.context import Context


class ConcurrencyExtension(SchemaExtension):
    """Takes a place for the execution of an operation; for a subscription, for its beginning only."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Around execution."""
        context: Context = self.execution_context.context
        try:
            async with context.slot(context):
                yield
        except RateLimitedError as error:
            context.refused = error
            raise
