"""Tells of each operation when it is over, over HTTP or a WebSocket, whatever became of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from analytics.domain.access import Identity
from analytics.storage.query_log import record_statements
from graphql_schema.context import Context, OperationRecord
from graphql_schema.limits.document_size import root_fields

OK, CANCELED, UNCLEAR = "OK", "CANCELED", "BAD_USER_INPUT"
NONE, SEVERAL = "none", "several"
MAX_NAME_LENGTH = 100  # characters


class OperationTelemetryExtension(SchemaExtension):
    """Around all other extensions, so that it sees what clients see."""

    _code = OK
    _valid = False

    async def on_operation(self) -> AsyncIterator[None]:
        """Around everything; for a subscription, until it ends."""
        began_at, statements = time.perf_counter_ns(), record_statements()
        try:
            yield
            self._note(getattr(self.execution_context.result, "errors", None))
        except GraphQLError as error:
            self._note([error])
            raise
        except Exception:
            self._code = UNCLEAR  # which operation is meant: the transport words it
            raise
        except asyncio.CancelledError:
            self._code = CANCELED
            raise
        finally:
            context: Context = self.execution_context.context
            field = self._field()
            context.record_operation(
                OperationRecord(
                    who=context.identity if isinstance(context.identity, Identity) else None,
                    # What nothing was run of may be called anything.
                    name=None
                    if field == NONE
                    else (self.execution_context.operation_name or "")[:MAX_NAME_LENGTH] or None,
                    field=field,
                    code=self._code,
                    cost=context.cost,
                    plans=context.loader.plans,
                    statements=statements,
                    took=time.perf_counter_ns() - began_at,
                    cache_bytes=context.database.cache.bytes,
                )
            )

    async def on_validate(self) -> AsyncIterator[None]:
        """Notes whether the document may be run."""
        yield
        self._valid = not self.execution_context.pre_execution_errors

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """Around each result over a WebSocket."""
        yield
        self._note(getattr(result, "errors", None))

    def _note(self, errors: Sequence[GraphQLError] | None) -> None:
        if errors and self._code == OK:
            self._code = (errors[0].extensions or {}).get("code", "INTERNAL_SERVER_ERROR")

    def _field(self) -> str:
        """Of a document that may be run: its fields are ours then."""
        execution = self.execution_context
        if execution.graphql_document is None or not self._valid:
            return NONE
        all_names = {field.name.value for field in root_fields(execution.graphql_document, execution.operation_name)}
        names = all_names - {"__typename"} or all_names
        return SEVERAL if len(names) > 1 else next(iter(names), NONE)
