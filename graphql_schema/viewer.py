"""The viewer, and the limits of the API."""

from datetime import date

import strawberry

from analytics.domain import limits, time_zones
from analytics.reports import directory
from analytics.reports.availability import first_retained_day
from analytics.reports.directory import normalize
from graphql_schema.context import Info
from graphql_schema.directory import Department
from graphql_schema.enums import Role
from graphql_schema.scalars import TimeZone


@strawberry.type(description="The person whose token this is.")
class Viewer:
    id: strawberry.ID = strawberry.field(description="Their user id.")
    email: str | None = strawberry.field(description="Their email, if the token has it.")
    name: str | None = strawberry.field(description="Their name, if the token has it.")
    role: Role = strawberry.field(description="Their role, which says what they may see.")
    phones_masked: bool = strawberry.field(
        description="True if they see phones of recipients masked, and cannot search by them."
    )
    time_zone: TimeZone = strawberry.field(description="Their tenant's reporting zone; UTC until it is known.")

    @strawberry.field(description="The departments they may see, by name. Null: all of them.")
    async def departments(self, info: Info) -> list[Department] | None:
        scope = (await info.context.viewer()).scope
        if scope.departments is None:
            return None
        history = await info.context.loader.load(
            directory.load_names, scope.tenant_id, directory.DEPARTMENTS, scope.departments
        )
        departments = [history.newest(id) for id in scope.departments]
        return sorted(departments, key=lambda department: (normalize(department.name), department.id))


@strawberry.type(description="The caps on what one request may ask for. What is over a cap is refused, never cut.")
class Limits:
    first: int = strawberry.field(default=limits.MAX_PAGE_SIZE, description="Rows a page, at most.")
    range_days: int = strawberry.field(default=limits.MAX_RANGE_DAYS, description="Calendar days in a range, at most.")
    series_points: int = strawberry.field(
        default=limits.MAX_SERIES_POINTS, description="Points in a time series, at most."
    )
    filter_ids: int = strawberry.field(
        default=limits.MAX_FILTER_IDS, description="Ids of one kind in a filter, at most."
    )
    search_length: int = strawberry.field(
        default=limits.MAX_SEARCH_LENGTH, description="Characters of a search, at most."
    )
    export_name_length: int = strawberry.field(
        default=limits.MAX_EXPORT_NAME_LENGTH, description="Characters of an export's name, at most."
    )
    exports_per_user: int = strawberry.field(
        default=limits.MAX_EXPORTS_PER_USER, description="Exports of one user that wait or run, at most."
    )
    exports_per_tenant: int = strawberry.field(
        default=limits.MAX_EXPORTS_PER_TENANT, description="Exports of one tenant that wait or run, at most."
    )
    body_bytes: int = strawberry.field(default=limits.MAX_BODY_BYTES, description="Bytes of a request's body, at most.")
    document_characters: int = strawberry.field(
        default=limits.MAX_DOCUMENT_LENGTH, description="Characters of a document, at most."
    )
    document_tokens: int = strawberry.field(default=limits.MAX_TOKENS, description="Tokens of a document, at most.")
    document_depth: int = strawberry.field(
        default=limits.MAX_DEPTH, description="The greatest depth of fields inside each other."
    )
    document_aliases: int = strawberry.field(
        default=limits.MAX_ALIASES, description="Aliases of a document, at most; those of a fragment at each use."
    )
    document_directives: int = strawberry.field(
        default=limits.MAX_DIRECTIVES,
        description="Directives of a document, at most; those of a fragment at each use.",
    )
    document_selections: int = strawberry.field(
        default=limits.MAX_SELECTIONS,
        description="Selections of a document, at most; those of a fragment at each use.",
    )
    document_fragments: int = strawberry.field(
        default=limits.MAX_FRAGMENTS, description="Fragments that a document defines, at most."
    )
    variable_values: int = strawberry.field(
        default=limits.MAX_VARIABLE_VALUES,
        description="Values in the variables of a request, at most; those in lists too.",
    )
    alike_selections: int = strawberry.field(
        default=limits.MAX_MERGED_FIELDS, description="Selections of one name in one place, at most."
    )
    cost: int = strawberry.field(
        default=limits.MAX_COST,
        description="Points that a document may cost, known before it is run; `extensions.cost` has those of each.",
    )
    request_seconds: float = strawberry.field(description="Seconds that a request may take; then it ends with TIMEOUT.")
    requests_per_minute: int | None = strawberry.field(
        description="Requests of one viewer a minute, at most; then RATE_LIMITED. Null: any number. "
        "Whoever comes without a token has a tenth, for all at one address; all of them together have half of it."
    )
    tenant_requests_per_minute: int | None = strawberry.field(
        description="Requests of one tenant a minute, at most. Null: any number."
    )
    points_per_minute: int | None = strawberry.field(
        description="Points of one viewer's documents a minute, at most; then RATE_LIMITED. Null: any number."
    )
    tenant_points_per_minute: int | None = strawberry.field(
        description="Points of one tenant's documents a minute, at most. Null: any number."
    )
    first_day: str = strawberry.field(
        default=str(time_zones.FIRST_DAY), description="Ranges begin after this calendar day."
    )
    last_day: str = strawberry.field(
        default=str(time_zones.LAST_DAY), description="The last calendar day of any range."
    )
    messages_kept_from: date | None = strawberry.field(
        default=None,
        description="The first calendar day, in the tenant's zone, of which single messages are kept. Before it there "
        "are counts by day of that zone: ranges that begin earlier have no exports, hourly series or other time zones. "
        "Null: all messages are kept.",
    )


@strawberry.type
class ViewerQuery:
    @strawberry.field(description="The person who asks, and what they may see.")
    async def viewer(self, info: Info) -> Viewer | None:
        viewer = await info.context.viewer()
        return Viewer(
            id=strawberry.ID(viewer.id),
            email=viewer.email,
            name=viewer.name,
            role=viewer.role,
            phones_masked=viewer.scope.masks_phones,
            time_zone=TimeZone(viewer.time_zone),
        )

    @strawberry.field(description="The caps on what one request may ask for.")
    async def limits(self, info: Info) -> Limits | None:
        viewer, terms = await info.context.viewer(), info.context.policy
        zone = time_zones.zone(viewer.time_zone)
        return Limits(
            request_seconds=terms.seconds,
            requests_per_minute=terms.requests_per_minute or None,
            tenant_requests_per_minute=terms.tenant_requests_per_minute or None,
            points_per_minute=terms.points_per_minute or None,
            tenant_points_per_minute=terms.tenant_points_per_minute or None,
            messages_kept_from=await info.context.loader.load(first_retained_day, viewer.scope.tenant_id, zone),
        )
