"""GraphQL types of the directory, and the fields that list the accounts, agents, … that a filter can name."""

from typing import Annotated, TypeVar

import strawberry

from analytics.reports.directory import (
    ACCOUNTS,
    AGENTS,
    DEPARTMENTS,
    TEMPLATES,
    Account,
    Agent,
    Department,
    EntityType,
    Template,
)
from graphql_schema.connections import Connection, to_connection
from graphql_schema.context import Info
from graphql_schema.enums import describe_type
from graphql_schema.inputs import AFTER, FIRST, IDS, SEARCH, id_set
from resolvers import directory

# Other modules import these types from here: importing this module adds their GraphQL descriptions.
__all__ = ["Account", "After", "Agent", "Department", "DirectoryQuery", "First", "Template"]

ID_DESCRIPTION = "The platform's own id."
ACTIVE = "False once it was deleted: no longer offered in filters, still in the numbers."


describe_type(
    Account,
    "Account",
    "A sender account: a WhatsApp number of the tenant.",
    id=ID_DESCRIPTION,
    name="Its newest name; its id while none is known.",
    phone="Its phone, as the platform writes it; empty while unknown.",
)
describe_type(
    Agent,
    "Agent",
    "An agent: a person who sends messages.",
    id=ID_DESCRIPTION,
    name="Their newest name; their id while none is known.",
    email="Their email.",
    active=ACTIVE,
)
describe_type(
    Department,
    "Department",
    "A department, chosen when a message is sent.",
    id=ID_DESCRIPTION,
    name="Its newest name; its id while none is known.",
    active=ACTIVE,
)
describe_type(
    Template,
    "Template",
    "An approved WhatsApp template (HSM).",
    id=ID_DESCRIPTION,
    name="Its newest name; its id while none is known.",
    category="Its newest category, from the platform or from WhatsApp.",
    language="Its language, as Meta writes it: `es_CL`.",
    active=ACTIVE,
)


First = Annotated[int, strawberry.argument(description=FIRST)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]
Chosen = Annotated[list[strawberry.ID] | None, strawberry.argument(description=IDS)]
Search = Annotated[str | None, strawberry.argument(description=SEARCH)]

E = TypeVar("E", bound=Account | Agent | Department | Template)


async def _options(
    info: Info, kind: EntityType[E], ids: list[strawberry.ID] | None, search: str | None, first: int, after: str | None
) -> Connection[E]:
    viewer, loader = await info.context.viewer(), info.context.loader
    page = await directory.search_options(loader, viewer.scope, kind, id_set(ids), search, first, after)
    return to_connection(page, lambda entity: entity)


@strawberry.type
class DirectoryQuery:
    @strawberry.field(description="Sender accounts to filter by: for supervisors those that their departments used.")
    async def accounts(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Account] | None:
        return await _options(info, ACCOUNTS, ids, search, first, after)

    @strawberry.field(description="Agents to filter by: for supervisors those who sent from their departments.")
    async def agents(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Agent] | None:
        return await _options(info, AGENTS, ids, search, first, after)

    @strawberry.field(description="Departments to filter by: for supervisors those they belong to.")
    async def departments(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Department] | None:
        return await _options(info, DEPARTMENTS, ids, search, first, after)

    @strawberry.field(description="Templates to filter by: for supervisors those that their departments used.")
    async def templates(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Template] | None:
        return await _options(info, TEMPLATES, ids, search, first, after)
