"""Who am I, and what may I ask for?"""

import strawberry

from analytics import limits, names, zones
from analytics.names import fold
from graphql_schema.directory import Department
from graphql_schema.enums import Role
from graphql_schema.info import Info
from graphql_schema.scalars import TimeZone


@strawberry.type(description="The person whose token this is.")
class Viewer:
    id: strawberry.ID = strawberry.field(description="Their user id.")
    email: str | None = strawberry.field(description="Their email, if the token has it.")
    name: str | None = strawberry.field(description="Their name, if the token has it.")
    role: Role = strawberry.field(description="What they may see.")
    time_zone: TimeZone = strawberry.field(description="Their company's reporting zone; UTC until it is known.")

    @strawberry.field(description="The departments they may see, by name. Null: all of them.")
    async def departments(self, info: Info) -> list[Department] | None:
        scope = (await info.context.viewer()).scope
        if scope.departments is None:
            return None
        known = await info.context.loader.load(names.names, scope.tenant_id, names.DEPARTMENTS, scope.departments)
        found = [known.newest(id) for id in scope.departments]
        return [Department.of(one) for one in sorted(found, key=lambda one: (fold(one.name), one.id))]


@strawberry.type(description="The caps on what one request may ask for. What is over a cap is refused, never cut.")
class Limits:
    first: int = strawberry.field(default=limits.LARGEST_PAGE, description="Rows a page, at most.")
    range_days: int = strawberry.field(default=limits.LONGEST_RANGE, description="Calendar days in a range, at most.")
    series_points: int = strawberry.field(
        default=limits.LONGEST_SERIES, description="Points in a time series, at most."
    )
    filter_ids: int = strawberry.field(
        default=limits.MOST_FILTER_IDS, description="Ids of one kind in a filter, at most."
    )
    search_length: int = strawberry.field(default=limits.LONGEST_SEARCH, description="Characters of a search, at most.")
    export_name_length: int = strawberry.field(
        default=limits.LONGEST_EXPORT_NAME, description="Characters of an export's name, at most."
    )
    exports_per_user: int = strawberry.field(
        default=limits.MOST_EXPORTS_OF_PERSON, description="Exports of one user that wait or run, at most."
    )
    exports_per_tenant: int = strawberry.field(
        default=limits.MOST_EXPORTS_OF_TENANT, description="Exports of one company that wait or run, at most."
    )
    first_day: str = strawberry.field(default=str(zones.FIRST_DAY), description="Ranges begin after this calendar day.")
    last_day: str = strawberry.field(default=str(zones.LAST_DAY), description="The last calendar day of any range.")


@strawberry.type
class ViewerQuery:
    @strawberry.field(description="Who am I, and what may I see?")
    async def viewer(self, info: Info) -> Viewer | None:
        viewer = await info.context.viewer()
        return Viewer(
            id=strawberry.ID(viewer.id),
            email=viewer.email,
            name=viewer.name,
            role=viewer.role,
            time_zone=TimeZone(viewer.time_zone),
        )

    @strawberry.field(description="The caps on what one request may ask for.")
    async def limits(self) -> Limits | None:
        return Limits()
