"""The `embudo` command."""

import socket
import sys
from collections.abc import Callable

import typer

from service.cli import database, imports, privacy, retention, rollups, serve, tokens, webhooks
from service.cli.console import console

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serve.serve,
    "worker": serve.worker,
    "migrate": database.migrate,
    "backup": database.backup,
    "import": imports.import_,
    "forget": privacy.forget,
    "retention": retention.retention,
    "demo": imports.demo,
    "token": tokens.token,
    "schema": serve.schema,
}
GROUPS = {"tenants": privacy.tenants, "rollups": rollups.rollups, "webhooks": webhooks.webhooks}

for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command. An error that the operator can mend is one sentence, and the exit code 2."""
    try:
        app()
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


def explain(error: Exception) -> str | None:
    """Return a sentence about a wrong setting, an unusable database or a damaged file; None for any other error."""
    from service.settings import ConfigurationError

    if isinstance(error, ConfigurationError):  # loads nothing of databases to say so
        return str(error)

    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeoutError

    from analytics.migrations import no_such_table
    from analytics.storage.backends.transient_errors import is_transient
    from analytics.storage.backup import BackupError
    from service.ingest.file_reading import UnreadableFileError

    match error:
        case BackupError() | UnreadableFileError():
            return str(error)
        case DBAPIError() if no_such_table(error):
            return "EMBUDO_DATABASE_URL: the database schema is out of date: run embudo migrate"
        case DBAPIError() if is_transient(error):
            return f"EMBUDO_DATABASE_URL: the database cannot be used: {error.orig}"
        case ConnectionError() | TimeoutError() | socket.gaierror() | PoolTimeoutError():  # asyncpg's come as they are
            return f"EMBUDO_DATABASE_URL: the database cannot be reached: {error}"
    return None
