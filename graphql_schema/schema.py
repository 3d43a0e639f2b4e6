"""The schema: everything above put together, and its SDL."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from graphql_schema.analytics.campaign import AnalyticsQuery
from graphql_schema.annotations.mutations import AnnotationsMutation
from graphql_schema.directory import DirectoryQuery
from graphql_schema.exports import ExportsMutation, ExportsQuery, ExportsSubscription
from graphql_schema.extensions.concurrency import ConcurrencyExtension
from graphql_schema.extensions.document_validation import DocumentValidationExtension
from graphql_schema.extensions.errors import ErrorMaskingExtension
from graphql_schema.extensions.fast_execution import DefaultExecutionContext, FastExecutionContext
from graphql_schema.extensions.permissions import AuthorizedSchema
from graphql_schema.extensions.query_plan import QueryPlanExtension
from graphql_schema.extensions.telemetry import OperationTelemetryExtension
from graphql_schema.extensions.timeout import TimeoutExtension
from graphql_schema.scalars import SCALARS
from graphql_schema.viewer import ViewerQuery


@strawberry.type(description="Everything that can be asked. Every field is for viewers only.")
class Query(ViewerQuery, AnalyticsQuery, DirectoryQuery, ExportsQuery): ...


@strawberry.type(description="Everything that can be done. Every field is for viewers only.")
class Mutation(ExportsMutation, AnnotationsMutation): ...


@strawberry.type(description="Everything that can be followed. Every field is for viewers only.")
class Subscription(ExportsSubscription): ...


def build_schema(*, plain_execution: bool = True) -> AuthorizedSchema:
    """The schema; without `plain_execution` it is executed in the stock way, which gives the same answers slower."""
    return AuthorizedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[
            OperationTelemetryExtension,
            ErrorMaskingExtension,
            QueryPlanExtension,
            DocumentValidationExtension,
            ConcurrencyExtension,
            TimeoutExtension,
        ],
        execution_context_class=FastExecutionContext if plain_execution else DefaultExecutionContext,
        config=StrawberryConfig(scalar_map=SCALARS),
    )


schema = build_schema()
