"""Exports: creating, following, canceling and deleting them."""

from collections.abc import AsyncIterator, Awaitable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
import strawberry

from analytics.domain.access import Viewer
from analytics.domain.errors import ForbiddenError, InvalidInputError, UserInputError
from analytics.domain.query_spec import DIMENSIONS, Dimension, QuerySpec
from analytics.domain.templates import Ids
from analytics.domain.text import sanitize
from analytics.domain.time_zones import zone
from analytics.exports import records, requests
from graphql_schema.analytics.campaign import Period
from graphql_schema.analytics.messages import AppliedConditions
from graphql_schema.connections import Connection, to_connection
from graphql_schema.context import DownloadUrlFactory, Info
from graphql_schema.directory import After, First
from graphql_schema.enums import (
    Category,
    CsvSeparator,
    ExportColumn,
    ExportFormat,
    ExportStatus,
    FailureCode,
    Locale,
    UserErrorCode,
)
from graphql_schema.inputs import CampaignAnalyticsFilter, CancelExportInput, CreateExportInput, DeleteExportInput
from graphql_schema.user_errors import ERRORS, UserError
from resolvers import exports as resolvers

T = TypeVar("T")

FAILURE_MESSAGES = {
    FailureCode.ACCESS_REVOKED: "You may no longer see all the departments of this export. Ask for a new one.",
    FailureCode.STORAGE: "The file could not be stored. Try again later.",
    FailureCode.TIMEOUT: "The export took too long. Ask for a shorter range.",
    FailureCode.ATTEMPTS_EXHAUSTED: "The export was interrupted too many times. Try again later.",
    FailureCode.INTERNAL: "Something went wrong on our side. Try again, and tell us if it goes on.",
    FailureCode.DROPPED: "Messages of these days were dropped before the export ran. Ask for later days.",
}


@strawberry.type(description="The reason for which an export failed.")
class ExportFailure:
    code: FailureCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason, and what to do, for people.")


@strawberry.type(description="The person who asked for an export.")
class ExportRequester:
    id: strawberry.ID = strawberry.field(description="Their user id.")
    name: str | None = strawberry.field(description="Their name, if their token had it.")
    email: str | None = strawberry.field(description="Their email, if their token had it.")


def _with_dimensions(applied: type[T]) -> type[T]:
    """Give a type a field for each dimension, in the order of the filter's input."""
    order = [*CampaignAnalyticsFilter.__annotations__]
    for dimension in sorted(DIMENSIONS, key=lambda dimension: order.index(dimension.input_field)):
        setattr(applied, dimension.input_field, _applied_ids(dimension))
    return applied


def _applied_ids(dimension: Dimension) -> Any:
    def ids(self: "AppliedFilter") -> list[strawberry.ID] | None:
        ids: Ids = getattr(self.spec, dimension.field)
        return None if ids is None else [strawberry.ID(id) for id in sorted(ids)]

    if dimension.excluded:
        return strawberry.field(ids, description=f"{dimension.noun.capitalize()} that are left out.")
    narrowed = ", narrowed to what the requester may see" if dimension.scoped else ""
    return strawberry.field(ids, description=f"{dimension.noun.capitalize()}{narrowed}.")


@strawberry.type(description="The filter as it ran. Null: no restriction.")
@_with_dimensions
class AppliedFilter:
    spec: strawberry.Private[QuerySpec]

    @strawberry.field(description="The range of days.")
    def period(self) -> Period:
        return Period.from_domain(self.spec)

    @strawberry.field(description="Categories of templates, as the messages were sent.")
    def categories(self) -> list[Category] | None:
        return None if self.spec.categories is None else sorted(map(Category, self.spec.categories))

    @strawberry.field(description="Languages of templates, as the messages were sent.")
    def languages(self) -> list[str] | None:
        return None if self.spec.languages is None else sorted(self.spec.languages)

    @strawberry.field(description="The conditions of single messages; null without any.")
    def where(self) -> AppliedConditions | None:
        return None if self.spec.where is None else AppliedConditions.from_domain(self.spec.where)


@strawberry.type(description="An export: a file of messages, made in the background.")
class Export:
    export: strawberry.Private[records.Export]
    viewer: strawberry.Private[Viewer]
    link: strawberry.Private[DownloadUrlFactory]
    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description="The name that its requester gave it.")
    format: ExportFormat = strawberry.field(description="The kind of file.")
    columns: list[ExportColumn] = strawberry.field(description="The columns that it has besides those of every file.")
    locale: Locale = strawberry.field(description="The language of its headers and words.")
    separator: CsvSeparator | None = strawberry.field(
        description="The sign between the fields; null unless it is a CSV file."
    )
    status: ExportStatus = strawberry.field(description="Its state.")
    rows_total: int | None = strawberry.field(description="Rows that it will have; null until counted.")
    rows_written: int = strawberry.field(description="Rows written so far.")
    progress: float | None = strawberry.field(description="From 0 to 1; null until rows are counted.")
    requested_by: ExportRequester = strawberry.field(description="The person who asked for it.")
    created_at: datetime = strawberry.field(description="The time at which it was asked for.")
    started_at: datetime | None = strawberry.field(description="The time at which a worker first took it up.")
    finished_at: datetime | None = strawberry.field(description="The time at which it ended.")
    expires_at: datetime | None = strawberry.field(description="The time at which its file is deleted.")
    file_name: str | None = strawberry.field(
        description="The name under which the file is downloaded; null once it is gone."
    )
    file_size: float | None = strawberry.field(description="The file's size in bytes; null once it is gone.")
    failure: ExportFailure | None = strawberry.field(description="The reason for which it failed; null unless it did.")

    # Fields that take a while are computed only when they are asked for.

    @strawberry.field(description="The filter as it runs.")
    def filter(self) -> AppliedFilter:
        return AppliedFilter(spec=self.export.spec)

    @strawberry.field(description="The link to the file: signed for this viewer and short-lived. Only while COMPLETED.")
    def download_url(self) -> str | None:
        ready = self.export.status is ExportStatus.COMPLETED and self.export.allows(self.viewer.scope)
        return self.link(self.viewer, self.export) if ready else None

    @staticmethod
    def from_domain(export: records.Export, viewer: Viewer, link: DownloadUrlFactory) -> "Export":
        """Return an export as a viewer sees it."""
        local = zone(viewer.time_zone)

        def at(instant: int | None) -> datetime | None:
            return None if instant is None else local.aware(instant)

        expired = export.status is ExportStatus.EXPIRED
        return Export(
            export=export,
            viewer=viewer,
            link=link,
            id=strawberry.ID(export.id),
            name=export.name,
            format=export.format,
            columns=list(export.columns),
            locale=export.locale,
            separator=export.separator if export.format is ExportFormat.CSV else None,
            status=export.status,
            rows_total=export.rows_total,
            rows_written=export.rows_written,
            progress=export.progress,
            requested_by=ExportRequester(
                id=strawberry.ID(export.requester.id), name=export.requester.name, email=export.requester.email
            ),
            created_at=local.aware(export.created_at),
            started_at=at(export.started_at),
            finished_at=at(export.finished_at),
            expires_at=at(export.expires_at),
            file_name=None if expired else export.file_name,
            file_size=None if expired or export.file_size is None else float(export.file_size),
            failure=ExportFailure(code=export.failure, message=FAILURE_MESSAGES[export.failure])
            if export.failure
            else None,
        )


EXPORT = "The export; null when there are user errors."


@strawberry.type(description="The answer to `createExport`.")
class CreateExportPayload:
    export: Export | None = strawberry.field(description=EXPORT)
    user_errors: list[UserError] = strawberry.field(description=ERRORS)


@strawberry.type(description="The answer to `cancelExport`.")
class CancelExportPayload:
    export: Export | None = strawberry.field(description=EXPORT)
    user_errors: list[UserError] = strawberry.field(description=ERRORS)


@strawberry.type(description="The answer to `deleteExport`.")
class DeleteExportPayload:
    export: Export | None = strawberry.field(description="The export as it was; null when there are user errors.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS)


async def _run_with_user_errors(
    operation: Awaitable[records.Export], info: Info
) -> tuple[Export | None, list[UserError]]:
    """Return the export of a mutation, or the errors that its requester can correct."""
    try:
        return Export.from_domain(await operation, await info.context.viewer(), info.context.link), []
    except UserInputError as error:
        return None, [UserError.from_domain(error)]
    except InvalidInputError as error:
        part = "where" if error.message.startswith("where") else "filter"
        return None, [UserError(field=["input", part], code=UserErrorCode.INVALID, message=error.message)]
    except ForbiddenError as error:
        path = ["input", *error.message.partition(":")[0].split(".")]
        return None, [UserError(field=path, code=UserErrorCode.FORBIDDEN, message=error.message)]


async def _create(input: CreateExportInput, info: Info) -> records.Export:
    context = info.context
    viewer = await context.viewer()
    filter = input.filter.filter()
    name = sanitize(input.name)
    columns = tuple(input.columns or ())
    input_values: list[Any] = [name, input.format, input.locale, filter.to_builtins()]
    # Input without the fields of later releases keeps the text that it had: the same request may be repeated after an
    # upgrade.
    further: list[Any] = [records.in_order(columns), None if input.separator is CsvSeparator.COMMA else input.separator]
    where = input.where.conditions() if input.where else None
    further += [] if where is None else [msgspec.to_builtins(where, order="deterministic")]
    input_values += further if any(further) else []
    request = requests.ExportRequest(
        name=name,
        spec=viewer.specify(filter, context.now, where),
        format=input.format,
        locale=input.locale,
        text=msgspec.json.encode(input_values, order="deterministic").decode(),
        idempotency_key=None if input.idempotency_key is None else sanitize(input.idempotency_key),
        columns=columns,
        separator=input.separator,
    )
    return await resolvers.create(context.database, context.export_queue, viewer, request, context.now)


@strawberry.type
class ExportsQuery:
    @strawberry.field(description="The viewer's exports, newest first; an administrator sees everyone's.")
    async def exports(
        self,
        info: Info,
        status: Annotated[
            list[ExportStatus] | None, strawberry.argument(description="Only exports in one of these. Absent: in any.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Export] | None:
        viewer, now = await info.context.viewer(), info.context.now
        page = await resolvers.list_exports(info.context.loader, viewer, status, first, after, now)
        return to_connection(page, lambda export: Export.from_domain(export, viewer, info.context.link))

    @strawberry.field(description="One export; null when there is none of this id that the viewer may see.")
    async def export(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The export's id.")]
    ) -> Export | None:
        viewer = await info.context.viewer()
        export = await resolvers.find(info.context.loader, viewer, sanitize(id), info.context.now)
        return Export.from_domain(export, viewer, info.context.link) if export else None


@strawberry.type
class ExportsMutation:
    @strawberry.mutation(description="Ask for an export. It runs in the background; follow it in `exports`.")
    async def create_export(
        self, info: Info, input: Annotated[CreateExportInput, strawberry.argument(description="The export to make.")]
    ) -> CreateExportPayload | None:
        export, errors = await _run_with_user_errors(_create(input, info), info)
        return CreateExportPayload(export=export, user_errors=errors)

    @strawberry.mutation(description="Cancel an export: at once while queued, soon while running.")
    async def cancel_export(
        self, info: Info, input: Annotated[CancelExportInput, strawberry.argument(description="The export to cancel.")]
    ) -> CancelExportPayload | None:
        context = info.context
        doing = resolvers.cancel(context.database, await context.viewer(), sanitize(input.id), context.now)
        export, errors = await _run_with_user_errors(doing, info)
        return CancelExportPayload(export=export, user_errors=errors)

    @strawberry.mutation(description="Delete an export that has ended, and its file.")
    async def delete_export(
        self, info: Info, input: Annotated[DeleteExportInput, strawberry.argument(description="The export to delete.")]
    ) -> DeleteExportPayload | None:
        context = info.context
        viewer = await context.viewer()
        doing = resolvers.delete(context.database, context.export_queue, viewer, sanitize(input.id), context.now)
        export, errors = await _run_with_user_errors(doing, info)
        return DeleteExportPayload(export=export, user_errors=errors)


@strawberry.type
class ExportsSubscription:
    @strawberry.subscription(description="An export each time it changes, until its status is final.")
    async def export_updated(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The export's id.")]
    ) -> AsyncIterator[Export]:
        context = info.context
        async for viewer, export in resolvers.watch_export(
            context.database, context.require_identity, sanitize(id), context.now, context.policy.mask_phones
        ):
            yield Export.from_domain(export, viewer, context.link)
