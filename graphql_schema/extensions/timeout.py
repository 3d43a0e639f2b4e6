"""The time limit of a request: after it the request ends with TIMEOUT, and its database statement is cancelled."""

import asyncio
from collections.abc import AsyncIterator

from strawberry.extensions import SchemaExtension

from analytics.domain.errors import TimedOutError
from graphql_schema.context import Context


class TimeoutExtension(SchemaExtension):
    """Ends the execution of an operation that takes too long, or that nobody waits for any more."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Around execution; for a subscription, around its beginning only."""
        context: Context = self.execution_context.context
        try:
            async with asyncio.timeout(context.seconds_left):
                yield
        except TimeoutError:
            context.cancel()
            raise TimedOutError("The request took too long. Ask for fewer days, or for less at once.") from None
        except asyncio.CancelledError:
            context.cancel()
            raise
