"""`extensions.plan`: where the numbers of a request were read. For administrators who ask for it by a header."""

from typing import Any

from strawberry.extensions import SchemaExtension

from analytics.domain.access import Role
from graphql_schema.context import Context


class QueryPlanExtension(SchemaExtension):
    """Adds the plan of each query that a request ran, such as `rollup_funnel_agent: 11 months, 3 days`."""

    async def get_results(self) -> dict[str, Any]:
        """Return the entries to add to the response's extensions."""
        context: Context = self.execution_context.context
        if not context.include_plan or context.identity is None or not context.loader.plans:
            return {}
        viewer = await context.viewer()
        return {"plan": context.loader.plans} if viewer.role is Role.ADMINISTRATOR else {}
