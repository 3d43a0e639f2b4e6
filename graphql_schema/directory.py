"""The directory's types, and the options of the filters."""

from typing import Annotated, TypeVar

import strawberry

from analytics.reports import directory as names
from analytics.reports.directory import EntityType
from graphql_schema.connections import Connection, to_connection
from graphql_schema.context import Info
from graphql_schema.enums import Category
from graphql_schema.inputs import AFTER, FIRST, IDS, SEARCH, id_set
from resolvers import directory
from resolvers.pagination import Page

ID_DESCRIPTION = "The platform's own id."
ACTIVE = "False once it was deleted: no longer offered in filters, still in the numbers."


@strawberry.type(description="A sender account: a WhatsApp number of the company.")
class Account:
    id: strawberry.ID = strawberry.field(description=ID_DESCRIPTION)
    name: str = strawberry.field(description="Its newest name; its id while none is known.")
    phone: str = strawberry.field(description="Its phone, as the platform writes it; empty while unknown.")

    @staticmethod
    def of(account: names.Account) -> "Account":
        """From the plain value."""
        return Account(id=strawberry.ID(account.id), name=account.name, phone=account.phone)


@strawberry.type(description="An agent: a person who sends messages.")
class Agent:
    id: strawberry.ID = strawberry.field(description=ID_DESCRIPTION)
    name: str = strawberry.field(description="Their newest name; their id while none is known.")
    email: str | None = strawberry.field(description="Their email.")
    active: bool = strawberry.field(description=ACTIVE)

    @staticmethod
    def of(agent: names.Agent) -> "Agent":
        """From the plain value."""
        return Agent(id=strawberry.ID(agent.id), name=agent.name, email=agent.email, active=agent.active)


@strawberry.type(description="A department, chosen when a message is sent.")
class Department:
    id: strawberry.ID = strawberry.field(description=ID_DESCRIPTION)
    name: str = strawberry.field(description="Its newest name; its id while none is known.")
    active: bool = strawberry.field(description=ACTIVE)

    @staticmethod
    def of(department: names.Department) -> "Department":
        """From the plain value."""
        return Department(id=strawberry.ID(department.id), name=department.name, active=department.active)


@strawberry.type(description="An approved WhatsApp template (HSM).")
class Template:
    id: strawberry.ID = strawberry.field(description=ID_DESCRIPTION)
    name: str = strawberry.field(description="Its newest name; its id while none is known.")
    category: Category = strawberry.field(description="Its newest category, from the platform or from WhatsApp.")
    language: str | None = strawberry.field(description="Its language, as Meta writes it: `es_CL`.")
    active: bool = strawberry.field(description=ACTIVE)

    @staticmethod
    def of(template: names.Template) -> "Template":
        """From the plain value."""
        return Template(
            id=strawberry.ID(template.id),
            name=template.name,
            category=template.category,
            language=template.language,
            active=template.active,
        )


First = Annotated[int, strawberry.argument(description=FIRST)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]
Chosen = Annotated[list[strawberry.ID] | None, strawberry.argument(description=IDS)]
Search = Annotated[str | None, strawberry.argument(description=SEARCH)]

E = TypeVar("E", bound=names.Account | names.Agent | names.Department | names.Template)


async def _options(
    info: Info, kind: EntityType[E], ids: list[strawberry.ID] | None, search: str | None, first: int, after: str | None
) -> Page[E]:
    viewer = await info.context.viewer()
    return await directory.search_options(info.context.loader, viewer.scope, kind, id_set(ids), search, first, after)


@strawberry.type
class DirectoryQuery:
    @strawberry.field(description="Sender accounts to filter by: for supervisors those that their departments used.")
    async def accounts(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Account] | None:
        return to_connection(await _options(info, names.ACCOUNTS, ids, search, first, after), Account.of)

    @strawberry.field(description="Agents to filter by: for supervisors those who sent from their departments.")
    async def agents(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Agent] | None:
        return to_connection(await _options(info, names.AGENTS, ids, search, first, after), Agent.of)

    @strawberry.field(description="Departments to filter by: for supervisors those they belong to.")
    async def departments(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Department] | None:
        return to_connection(await _options(info, names.DEPARTMENTS, ids, search, first, after), Department.of)

    @strawberry.field(description="Templates to filter by: for supervisors those that their departments used.")
    async def templates(
        self, info: Info, search: Search = None, first: First = 50, after: After = None, ids: Chosen = None
    ) -> Connection[Template] | None:
        return to_connection(await _options(info, names.TEMPLATES, ids, search, first, after), Template.of)
