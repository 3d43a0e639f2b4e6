"""`embudo token`: tokens signed with the service's own secret."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import Tenant

if TYPE_CHECKING:
    from service.auth.tokens import TokenService
    from service.settings import Settings


class TokenRole(StrEnum):
    """The roles of tokens: those of viewers, and that of the platform."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    INGEST = "ingest"


def token(
    tenant: Tenant,
    role: Annotated[TokenRole, typer.Option(help="The person's role.")],
    user: Annotated[str, typer.Option(help="The person's id; ties a supervisor to their departments.")],
    email: Annotated[str | None, typer.Option(help="The person's email.")] = None,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    hours: Annotated[float, typer.Option(min=0.001, help="The token's lifetime in hours.")] = 12,
) -> None:
    """Print a token."""
    from analytics.domain.access import Identity
    from service.settings import Settings

    identity = Identity(user, tenant, role, email, name)
    typer.echo(own_tokens(Settings.read()).issue(identity, timedelta(hours=hours)))


def own_tokens(settings: "Settings") -> "TokenService":
    """Create the service that signs with our secret, whatever keys are used beside it. Raises `ConfigurationError`."""
    from service.auth.tokens import TokenService

    return TokenService(settings.secret, settings.token_issuer, settings.token_audience)
