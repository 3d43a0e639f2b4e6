"""The schema: everything above put together, and its SDL."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from graphql_schema.analytics import AnalyticsQuery
from graphql_schema.directory import DirectoryQuery
from graphql_schema.exports import ExportsMutation, ExportsQuery, ExportsSubscription
from graphql_schema.extensions.concurrency import Fairness
from graphql_schema.extensions.document_validation import CheckedDocuments
from graphql_schema.extensions.errors import PublicErrors
from graphql_schema.extensions.fast_execution import PlainExecutionContext, StockExecutionContext
from graphql_schema.extensions.query_plan import ShownPlan
from graphql_schema.extensions.telemetry import ToldOperations
from graphql_schema.extensions.timeout import Patience
from graphql_schema.permissions import GuardedSchema
from graphql_schema.scalars import SCALARS
from graphql_schema.viewer import ViewerQuery


@strawberry.type(description="What can be asked. Every field is for viewers only.")
class Query(ViewerQuery, AnalyticsQuery, DirectoryQuery, ExportsQuery): ...


@strawberry.type(description="What can be done. Every field is for viewers only.")
class Mutation(ExportsMutation): ...


@strawberry.type(description="What can be followed. Every field is for viewers only.")
class Subscription(ExportsSubscription): ...


def build_schema(*, plain_execution: bool = True) -> GuardedSchema:
    """The schema; without `plain_execution` it is executed in the stock way, which gives the same answers slower."""
    return GuardedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[
            ToldOperations,
            PublicErrors,
            ShownPlan,
            CheckedDocuments,
            Fairness,
            Patience,
        ],
        execution_context_class=PlainExecutionContext if plain_execution else StockExecutionContext,
        config=StrawberryConfig(scalar_map=SCALARS),
    )


schema = build_schema()
