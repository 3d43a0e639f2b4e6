"""The settings: environment variables that begin with EMBUDO_. Nothing below this package reads any."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from tasks import brokers

SHORTEST_SECRET = 32  # bytes; what HS256 asks for (RFC 7518, section 3.2)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names the variable."""


class Settings(BaseSettings):
    """All settings, checked. Read them with `Settings.read()`."""

    model_config = SettingsConfigDict(env_prefix="EMBUDO_", frozen=True)

    database_url: str = Field(default_factory=lambda: f"sqlite+aiosqlite:///{Path('var/embudo.db').absolute()}")
    broker_url: str = "embedded://"
    files_url: str = Field(default_factory=lambda: Path("var/files").absolute().as_uri())
    token_secret: SecretStr | None = None
    token_issuer: str | None = None
    token_audience: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = None
    demo: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    plain_execution: bool = Field(default=True, description="Read plain fields without calling a resolver for each.")
    export_days: int = Field(default=30, ge=1, description="How long an export's file is kept.")
    link_seconds: int = Field(default=900, ge=1, description="How long a download link is good for.")
    orphan_days: int = Field(default=30, ge=1, description="How long what nobody claimed waits.")

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
        return value

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        brokers.address(value)
        return value

    @field_validator("files_url")
    @classmethod
    def _files(cls, value: str) -> str:
        if not value.startswith(("file:///", "s3://")):
            raise ValueError("must begin with file:/// or s3://")
        return value

    @field_validator("token_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < SHORTEST_SECRET:
            raise ValueError(f"needs at least {SHORTEST_SECRET} bytes")
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
            raise ConfigurationError("EMBUDO_TOKEN_SECRET: set a secret of at least 32 bytes.")
        return self.token_secret.get_secret_value()

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
