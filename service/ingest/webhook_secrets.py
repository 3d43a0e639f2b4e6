"""The secrets of WhatsApp's webhooks, from a file that may change while the service runs.

    {"acme": {"app_secret": "…", "verify_token": "…"}, "*": {"app_secret": ["new …", "old …"], "verify_token": "…"}}

`*` is for every tenant that is not named. Several app secrets are all good: for the day that one is replaced.
"""

from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from service.settings import ConfigurationError, Settings

log = structlog.get_logger()

ANY = "*"


class WebhookCredentials(Struct, frozen=True, forbid_unknown_fields=True):
    """The secrets that sign a tenant's webhooks, and the token that verifies its subscription."""

    app_secret: str | list[str]
    verify_token: str

    def __post_init__(self) -> None:
        if not self.verify_token or not all(self.app_secrets) or not self.app_secrets:
            raise ValueError("app_secret and verify_token must not be empty")

    @property
    def app_secrets(self) -> list[str]:
        """The app secrets that are good."""
        return [self.app_secret] if isinstance(self.app_secret, str) else self.app_secret


class WebhookSecretStore:
    """The secrets by tenant; without a file there are none."""

    def __init__(self, path: Path | None) -> None:
        """Raises ValueError when the file cannot be read or understood."""
        self._path = path
        self._changed = 0
        self._known: dict[str, WebhookCredentials] = {}
        if path:
            self._read(path)

    def get(self, tenant: str) -> WebhookCredentials | None:
        """A tenant's secrets, as the file has them now. A file that became wrong changes nothing, and is logged."""
        if self._path:
            try:
                self._read(self._path)
            except ValueError as error:
                log.error("EMBUDO_WEBHOOKS_FILE cannot be used, the secrets stay as they were", reason=str(error))
        return self._known.get(tenant) or self._known.get(ANY)

    def _read(self, path: Path) -> None:
        try:
            changed = path.stat().st_mtime_ns
            if changed == self._changed:
                return
            self._changed = changed  # looked at once, whatever is in it
            self._known = msgspec.json.decode(path.read_bytes(), type=dict[str, WebhookCredentials])
        except OSError as error:
            raise ValueError(f"the file cannot be read: {error.strerror}") from None
        except msgspec.MsgspecError as error:
            raise ValueError(f"the file is not what it should be: {error}") from None


def create_webhook_secret_store(settings: Settings) -> WebhookSecretStore:
    """The secrets in the file of the settings. Raises `ConfigurationError`."""
    try:
        return WebhookSecretStore(settings.webhooks_file)
    except ValueError as error:
        raise ConfigurationError(f"EMBUDO_WEBHOOKS_FILE: {error}") from None
