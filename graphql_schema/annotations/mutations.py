"""Creating and deleting people's own annotations."""

from typing import Annotated

import strawberry

from analytics.domain.errors import UserInputError
from analytics.domain.limits import MAX_ANNOTATION_DAYS, MAX_ANNOTATION_LENGTH
from analytics.domain.text import sanitize
from analytics.domain.time_zones import zone
from graphql_schema.annotations.types import Annotation
from graphql_schema.context import Info
from graphql_schema.inputs import DateRange
from graphql_schema.user_errors import ERRORS, UserError
from resolvers import annotations


@strawberry.input(description="An annotation to be written, such as a holiday.")
class CreateAnnotationInput:
    days: DateRange = strawberry.field(description=f"The days that it is about, at most {MAX_ANNOTATION_DAYS}.")
    text: str = strawberry.field(description=f"The text, at most {MAX_ANNOTATION_LENGTH} characters.")
    department_id: strawberry.ID | None = strawberry.field(
        default=None, description="The department that it is for. Absent: for all, so that everybody sees it."
    )


@strawberry.input(description="An annotation to be deleted.")
class DeleteAnnotationInput:
    id: strawberry.ID = strawberry.field(description="The annotation's id.")


@strawberry.type(description="The answer to `createAnnotation`.")
class CreateAnnotationPayload:
    annotation: Annotation | None = strawberry.field(description="The annotation; null when there are user errors.")
    user_errors: list[UserError] = strawberry.field(description=ERRORS)


@strawberry.type(description="The answer to `deleteAnnotation`.")
class DeleteAnnotationPayload:
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id of the annotation that was deleted; null when there are user errors."
    )
    user_errors: list[UserError] = strawberry.field(description=ERRORS)


@strawberry.type
class AnnotationsMutation:
    @strawberry.mutation(
        description="Write an annotation of some days. Administrators and analysts only. The same one again, by the "
        "same person, is the one that there is."
    )
    async def create_annotation(
        self,
        info: Info,
        input: Annotated[CreateAnnotationInput, strawberry.argument(description="The annotation to write.")],
    ) -> CreateAnnotationPayload | None:
        context = info.context
        viewer = await context.viewer()
        department = None if input.department_id is None else sanitize(input.department_id)
        request = annotations.AnnotationRequest(input.days.from_, input.days.to, sanitize(input.text), department)
        try:
            created = await annotations.create(context.database, viewer, request, context.now)
        except UserInputError as error:
            return CreateAnnotationPayload(annotation=None, user_errors=[UserError.from_domain(error)])
        shown = Annotation.from_domain(created, zone(viewer.time_zone), viewer)
        return CreateAnnotationPayload(annotation=shown, user_errors=[])

    @strawberry.mutation(
        description="Delete an annotation that a person wrote: administrators any, analysts their own."
    )
    async def delete_annotation(
        self,
        info: Info,
        input: Annotated[DeleteAnnotationInput, strawberry.argument(description="The annotation to delete.")],
    ) -> DeleteAnnotationPayload | None:
        context = info.context
        try:
            deleted = await annotations.delete(context.database, await context.viewer(), sanitize(input.id))
        except UserInputError as error:
            return DeleteAnnotationPayload(deleted_id=None, user_errors=[UserError.from_domain(error)])
        return DeleteAnnotationPayload(deleted_id=strawberry.ID(deleted), user_errors=[])
