"""The permission extension: every root field is for viewers only.

It is put on by the schema itself (`AuthorizedSchema`), so that a new root field cannot be without it. What a viewer
then sees is narrowed where specifications are made, see `analytics.domain.query_spec.AccessScope`.
"""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from graphql_schema.context import Info

ROOTS = ("Query", "Mutation", "Subscription")


class IsViewer(BasePermission):
    """Someone with a valid token of a role that may see numbers."""

    async def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        """True, or the public error that says why not."""
        del source, arguments
        await info.context.viewer()
        return True


def is_guarded(field: StrawberryField) -> bool:
    """Return True if a field is restricted to viewers."""
    return any(
        isinstance(extension, PermissionExtension)
        and any(isinstance(permission, IsViewer) for permission in extension.permissions)
        for extension in field.extensions
    )


class AuthorizedSchema(strawberry.Schema):
    """A schema whose root fields all carry the permission extension."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """The fields of a type; those of a root type are guarded."""
        fields = super().get_fields(type_definition)
        if type_definition.name in ROOTS:
            for field in fields:
                if not is_guarded(field):
                    guard: FieldExtension = PermissionExtension(permissions=[IsViewer()], use_directives=False)
                    # Last in the list runs first: before arguments are looked at.
                    field.extensions = [*field.extensions, guard]
        return fields

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: `PublicErrors` logs what is unexpected, and what is expected is no event."""
