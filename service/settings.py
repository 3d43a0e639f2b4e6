"""The settings: environment variables that begin with EMBUDO_. Nothing below this package reads any."""

import os
import re
import secrets
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from analytics.storage.backends.database_url import parse_database_url
from tasks.file_url import parse_file_url
from tasks.queue.broker_url import check_options, parse_broker_url, parse_redis_url

MIN_SECRET_BYTES = 32  # bytes; what HS256 asks for (RFC 7518, section 3.2)
# An origin as browsers send it: no path, no slash at its end.
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")
PUBLIC_URL = re.compile(r"https?://([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?(/[\w./~-]*)?", re.ASCII)
# Links that it signed end with the process.
OF_THIS_PROCESS = secrets.token_hex(32)
# Prometheus' own variable for it.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "EMBUDO_"
MAX_DAYS, MAX_PER_MINUTE = 3_650, 1_000_000_000
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# The options of a database's URL, and which values they may have. Any other fails at the first connection only.
DATABASE_OPTIONS: dict[str, dict[str, re.Pattern[str]]] = {
    "sqlite+aiosqlite": {},
    "postgresql+asyncpg": {
        "host": re.compile(".+"),  # a folder, for a socket of this machine
        "port": re.compile("[0-9]{1,5}"),
        "passfile": re.compile(".+"),
        "ssl": re.compile("disable|allow|prefer|require|verify-ca|verify-full"),
        "target_session_attrs": re.compile("any|primary|standby|read-write|read-only|prefer-standby"),
    },
}


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names the variable."""


class Settings(BaseSettings):
    """All settings, checked. Read them with `Settings.read()`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    # The order and the descriptions are those of docs/settings.md, which `make settings` writes.
    token_secret: SecretStr | None = Field(
        default=None,
        description="Signs tokens and checks them (HS256). At least 32 bytes. This or `EMBUDO_TOKEN_JWKS_URL` is "
        "needed, or both: then tokens of either kind are valid.",
    )
    token_jwks_url: str | None = Field(
        default=None,
        description="Where an identity provider publishes its keys (JWKS; RS256, ES256). They are fetched again every "
        "5 minutes, and for an unknown key id. `https://` only, but on this machine.",
    )
    token_issuer: str | None = Field(
        default=None,
        description="The `iss` that every token must have, those signed with the token secret too. Without it `iss` is "
        "not checked.",
    )
    token_audience: str | None = Field(
        default=None, description="The `aud` that every token must have. Without it `aud` is not checked."
    )
    link_secret: SecretStr | None = Field(
        default=None,
        description="Signs download links. At least 32 bytes. Without it the token secret does; with neither, a link "
        "is valid only in the process that made it, until that ends.",
    )
    link_seconds: int = Field(
        default=900, ge=1, le=2_592_000, description="How many seconds a download link is valid for."
    )
    database_url: str = Field(
        default_factory=lambda: f"sqlite+aiosqlite:///{Path('var/embudo.db').absolute()}",
        description="`sqlite+aiosqlite:////absolute/file.db` or `postgresql+asyncpg://user:password@host/name`, which "
        "takes the options `host`, `port`, `passfile`, `ssl` and `target_session_attrs`.",
    )
    files_url: str = Field(
        default_factory=lambda: Path("var/files").absolute().as_uri(),
        description="Where exports are kept: `file:///absolute/folder` or `s3://bucket/prefix`, with "
        "`?endpoint=…&region=…` if it is not Amazon's; credentials come from the `AWS_…` variables. It belongs to one "
        "database: files there that no export needs are deleted.",
    )
    broker_url: str = Field(
        default="embedded://",
        description="How exports reach workers: the service's own worker, or those of `embudo worker` over "
        "`redis://…`, `rediss://…`, `amqp://…` or `amqps://…`. `?namespace=…` keeps several services apart.",
    )
    host: str = Field(default="127.0.0.1", description="The address where it listens.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port where it listens.")
    public_url: str | None = Field(
        default=None,
        description="The address that readers use, as `https://embudo.example`: download links begin with it. Without "
        "it they begin with the host that the request names. With `https://` browsers are told to use TLS only.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Other origins, separated by commas, whose pages may call the API, and show our pages in a frame "
        "and hand them a token.",
    )
    introspection: Literal["viewers", "everyone", "nobody"] = Field(
        default="viewers", description="Who may read the schema through the API."
    )
    documents: Path | None = Field(
        default=None,
        description="A file of documents that may be asked for by hash: a JSON object of SHA-256 and text. See "
        "[api.md](api.md).",
    )
    documents_only: bool = Field(
        default=False,
        description="Run no other documents than those of `EMBUDO_DOCUMENTS`; without that file, than those of the "
        "built pages. GraphiQL is then of no use.",
    )
    connections: int = Field(
        default=1_000,
        ge=10,
        le=100_000,
        description="How many connections a process has open at once. Those that wait for their clients give way to "
        "new ones.",
    )
    request_seconds: float = Field(
        default=30,
        gt=0,
        le=3_600,
        description="How many seconds a request may take; then it ends with `TIMEOUT`, and its statement is canceled "
        "in the database. On SIGTERM it is how long what is under way may still take.",
    )
    requests_per_minute: int = Field(
        default=6_000,
        ge=0,
        le=MAX_PER_MINUTE,
        description="Requests a minute of one viewer; 0: any number. Without a token: a tenth of it by address (IPv6: "
        "by /64), and half of it for all together.",
    )
    tenant_requests_per_minute: int = Field(
        default=60_000, ge=0, le=MAX_PER_MINUTE, description="Requests a minute of one tenant; 0: any number."
    )
    points_per_minute: int = Field(
        default=60_000,
        ge=0,
        le=MAX_PER_MINUTE,
        description="Points (`extensions.cost`) that one viewer's documents may cost in a minute; 0: any number. "
        "A document that is not valid or too dear costs 20.",
    )
    tenant_points_per_minute: int = Field(
        default=600_000,
        ge=0,
        le=MAX_PER_MINUTE,
        description="Points that one tenant's documents may cost in a minute; 0: any number.",
    )
    rates_url: str | None = Field(
        default=None,
        description="`redis://…` or `rediss://…`, where several processes count requests and points together; "
        "`?namespace=…` keeps several services apart. Without it each process counts its own.",
    )
    export_days: int = Field(default=30, ge=1, le=MAX_DAYS, description="How many days an export's file is kept.")
    message_months: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="How many whole months, before this one, single messages are kept; counts stay. Without it they "
        "are kept for ever. It takes effect at once: run `embudo retention` first, see [privacy.md](privacy.md).",
    )
    orphan_days: int = Field(
        default=30,
        ge=1,
        le=MAX_DAYS,
        description="How many days a status, a reply or a correction waits for its message.",
    )
    webhooks_file: Path | None = Field(
        default=None,
        description="A file with each tenant's secrets for WhatsApp's webhooks, see [events.md](events.md). Without "
        "it webhooks are refused.",
    )
    webhook_days: int = Field(default=30, ge=1, le=MAX_DAYS, description="How many days webhook bodies are kept.")
    form_answers: bool = Field(
        default=False,
        description="Keep what customers fill into WhatsApp's forms, as a reply's text; otherwise only that they did.",
    )
    mask_phones: bool = Field(
        default=False,
        description="Mask the phones of recipients for supervisors, in answers and files: `+569•••••444`. They cannot "
        "search by phone either. Files that were made before are refused. Set it for service and workers alike.",
    )
    appliers: int = Field(
        default=2, ge=1, le=64, description="How many processes apply the events of `POST /v1/events`."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Whoever sends it as a bearer token may read `/metrics`. At least 32 bytes. Without it there is no "
        "`/metrics`.",
    )
    # Where the processes of one service count together; `embudo serve --workers` makes it.
    metrics_folder: Path | None = Field(default=None, validation_alias=METRICS_FOLDER)
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important lines that are logged."
    )
    log_format: Literal["logfmt", "json"] = Field(
        default="logfmt", description="The form of every line of the log: `key=value`, or JSON objects."
    )
    plain_execution: bool = Field(
        default=True,
        description="Read plain fields without calling a resolver for each, which is faster. Switch it off only to "
        "find out whether a defect comes from it.",
    )
    demo: bool = Field(
        default=False, description="Offer the demo's people for signing in. On this machine's own address only."
    )

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        url = parse_database_url(value)
        if url.driver not in DATABASE_OPTIONS:
            raise ValueError("must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        if url.driver == "sqlite+aiosqlite" and not Path(url.database).is_absolute():
            raise ValueError("needs an absolute path: sqlite+aiosqlite:////folder/file.db")
        check_options(url.options, DATABASE_OPTIONS[url.driver])
        return value

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        parse_broker_url(value)
        return value

    @field_validator("files_url")
    @classmethod
    def _files(cls, value: str) -> str:
        parse_file_url(value)
        return value

    @field_validator("token_jwks_url")
    @classmethod
    def _jwks(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        _ = parts.port  # no number: a ValueError that says so
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https://")
        if not parts.hostname:
            raise ValueError("names no host")
        return value

    @field_validator("token_issuer", "token_audience")
    @classmethod
    def _claim(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("is empty, which no token would fit; leave it out")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://none")
        _ = parts.port
        if not PUBLIC_URL.fullmatch(value or "https://none"):
            raise ValueError("must be an address such as https://embudo.example.com")
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        listed = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        if isinstance(listed, list) and any(not ORIGIN.fullmatch(origin) for origin in listed):
            raise ValueError("must be origins such as https://desk.example.com, with commas between them")
        return listed

    @field_validator("rates_url")
    @classmethod
    def _rates(cls, value: str | None) -> str | None:
        if value is not None:
            parse_redis_url(value)
        return value

    @field_validator("token_secret", "link_secret", "metrics_token")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().strip().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"needs at least {MIN_SECRET_BYTES} bytes, spaces around them not counted")
        return value

    @model_validator(mode="after")
    def _demo_only_at_home(self) -> Self:
        if self.demo and self.host not in LOOPBACK:
            raise ValueError("EMBUDO_DEMO lets anyone sign in, so EMBUDO_HOST must be 127.0.0.1 with it")
        return self

    @property
    def secret(self) -> str:
        """The token secret. Raises `ConfigurationError` when there is none."""
        if self.token_secret is None:
            raise ConfigurationError("EMBUDO_TOKEN_SECRET: set a secret of at least 32 bytes, or a JWKS URL to serve.")
        return self.token_secret.get_secret_value()

    @property
    def doubts(self) -> list[str]:
        """Sentences about settings that are allowed and may not be meant."""
        if self.public_url is None and self.host not in LOOPBACK:
            return ["EMBUDO_PUBLIC_URL is not set: download links begin with whatever Host a request names"]
        return []

    @property
    def link_key(self) -> str:
        """The key that signs download links: one of its own, the token secret, or one of this process alone."""
        secret = self.link_secret or self.token_secret
        return secret.get_secret_value() if secret else OF_THIS_PROCESS

    @classmethod
    def read(cls) -> Self:
        """The settings of the environment. Raises `ConfigurationError` that names each wrong variable."""
        try:
            return cls()
        except ValidationError as error:
            wrong = [
                f"{'EMBUDO_' + str(problem['loc'][0]).upper() + ': ' if problem['loc'] else ''}"
                f"{problem['msg'].removeprefix('Value error, ')}"
                for problem in error.errors(include_input=False)
            ]
            raise ConfigurationError("\n".join(wrong)) from None


def unknown_variables() -> list[str]:
    """Return a sentence for each variable with our prefix that is no setting: it may be misspelt."""
    setting_names = [PREFIX + name.upper() for name in Settings.model_fields]
    sentences = []
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in setting_names:
            similar = get_close_matches(name, setting_names, n=1, cutoff=0.85)
            sentences.append(f"{name}: there is no such setting" + (f"; is it {similar[0]}?" if similar else "."))
    return sentences


def enable_multiprocess_metrics(folder: Path) -> None:
    """Have all processes started from here on share their metrics, in an empty folder."""
    os.environ[METRICS_FOLDER] = str(folder)
