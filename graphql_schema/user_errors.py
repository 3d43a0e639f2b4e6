"""Mistakes in the input of a mutation, as data of its answer."""

import strawberry

from analytics.domain.errors import UserInputError
from graphql_schema.enums import UserErrorCode


@strawberry.type(description="A mistake that a person can put right in their input.")
class UserError:
    field: list[str] = strawberry.field(description='The path to the input it is about: `["input", "name"]`.')
    code: UserErrorCode = strawberry.field(description="The mistake, for programs.")
    message: str = strawberry.field(description="The mistake, for people.")

    @staticmethod
    def from_domain(error: UserInputError) -> "UserError":
        """Return the error of an input."""
        path = ["input"] if error.field is None else ["input", error.field]
        return UserError(field=path, code=error.code, message=error.message)


ERRORS = "The mistakes to put right; empty when it was done."
