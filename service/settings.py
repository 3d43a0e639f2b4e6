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
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

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

    database_url: str = Field(default_factory=lambda: f"sqlite+aiosqlite:///{Path('var/embudo.db').absolute()}")
    broker_url: str = "embedded://"
    files_url: str = Field(default_factory=lambda: Path("var/files").absolute().as_uri())
    token_secret: SecretStr | None = None
    token_issuer: str | None = None
    token_audience: str | None = None
    token_jwks_url: str | None = None
    link_secret: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = None
    demo: bool = False
    metrics_token: SecretStr | None = None
    # Where the processes of one service count together; `embudo serve --workers` makes it.
    metrics_folder: Path | None = Field(default=None, validation_alias=METRICS_FOLDER)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["logfmt", "json"] = "logfmt"
    plain_execution: bool = Field(default=True, description="Read plain fields without calling a resolver for each.")
    export_days: int = Field(default=30, ge=1, le=MAX_DAYS, description="How long an export's file is kept.")
    link_seconds: int = Field(default=900, ge=1, le=2_592_000, description="How long a download link is good for.")
    orphan_days: int = Field(default=30, ge=1, le=MAX_DAYS, description="How long what nobody claimed waits.")
    webhook_days: int = Field(default=30, ge=1, le=MAX_DAYS, description="How long the bodies of webhooks are kept.")
    webhooks_file: Path | None = Field(default=None, description="Each company's secrets for WhatsApp's webhooks.")
    form_answers: bool = Field(default=False, description="Keep what customers fill into forms, as a reply's text.")
    appliers: int = Field(default=2, ge=1, le=64, description="How many processes apply events sent over HTTP.")
    message_months: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="How many whole months, before this one, single messages are kept.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    introspection: Literal["viewers", "everyone", "nobody"] = "viewers"
    connections: int = Field(default=1_000, ge=10, le=100_000, description="How many a process has open at once.")
    request_seconds: float = Field(default=30, gt=0, le=3_600, description="How long a request may take.")
    requests_per_minute: int = Field(
        default=6_000, ge=0, le=MAX_PER_MINUTE, description="Of one viewer; 0: any number."
    )
    tenant_requests_per_minute: int = Field(
        default=60_000, ge=0, le=MAX_PER_MINUTE, description="Of one company; 0: any number."
    )
    points_per_minute: int = Field(default=60_000, ge=0, le=MAX_PER_MINUTE, description="Of one viewer; 0: any number.")
    tenant_points_per_minute: int = Field(
        default=600_000, ge=0, le=MAX_PER_MINUTE, description="Of one company; 0: any number."
    )
    rates_url: str | None = None
    documents: Path | None = None
    documents_only: bool = False

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if url.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            raise ValueError("must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        if url.drivername == "sqlite+aiosqlite" and not Path(url.database or "").is_absolute():
            raise ValueError("needs an absolute path: sqlite+aiosqlite:////folder/file.db")
        check_options({name: str(value) for name, value in url.query.items()}, DATABASE_OPTIONS[url.drivername])
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
        parts = urlsplit(value or "https://none")
        _ = parts.port  # no number: a ValueError that says so
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must begin with https://")
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
        if value is not None and len(value.get_secret_value().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"needs at least {MIN_SECRET_BYTES} bytes")
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
        """What download links are signed with: one of its own, the token secret, or one of this process alone."""
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
    """A sentence for each variable that begins as ours do and is none of them: perhaps it is misspelt."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    sentences = []
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.85)
            sentences.append(f"{name}: there is no such setting" + (f"; is it {near[0]}?" if near else "."))
    return sentences


def enable_multiprocess_metrics(folder: Path) -> None:
    """Have the processes that are started from here on count their metrics together, in an empty folder."""
    os.environ[METRICS_FOLDER] = str(folder)
