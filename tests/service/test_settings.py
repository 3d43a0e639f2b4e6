import os
from pathlib import Path

import pytest

from service.auth.factory import create_token_service
from service.settings import ConfigurationError, Settings, unknown_variables

SECRET = "s" * 32

WRONG = [
    ("DATABASE_URL", "mysql://x/y"),
    ("DATABASE_URL", "sqlite+aiosqlite:///relative.db"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "sqlite+aiosqlite:////folder/x.db?mode=ro"),
    ("DATABASE_URL", "postgresql+asyncpg://h/x?sslmode=require"),
    ("DATABASE_URL", "postgresql+asyncpg://h/x?ssl=perhaps"),
    ("DATABASE_URL", "postgresql+asyncpg://h/x?ssl=require&ssl=disable"),
    ("MESSAGE_MONTHS", "0"),
    ("MESSAGE_MONTHS", "some"),
    ("BROKER_URL", "carrier-pigeon://"),
    ("BROKER_URL", "redis://"),
    ("BROKER_URL", "amqp://host:port"),
    ("BROKER_URL", "redis://host/?namespace=a:b"),
    ("FILES_URL", "folder"),
    ("FILES_URL", "file:///folder?region=here"),
    ("FILES_URL", "file://host/folder"),
    ("FILES_URL", "s3://bucket/?secret=x"),
    ("FILES_URL", "s3://bucket/?region"),
    ("TOKEN_SECRET", "s" * 31),
    ("PORT", "http"),
    ("PORT", "70000"),
    ("DEMO", "perhaps"),
    ("EXPORT_DAYS", "0"),
    ("LINK_SECONDS", "-1"),
    ("LINK_SECRET", "s" * 31),
    ("METRICS_TOKEN", "s" * 31),
    ("TOKEN_JWKS_URL", "http://keys.example/"),
    ("TOKEN_JWKS_URL", "https://keys.example:port/"),
    ("ALLOWED_ORIGINS", "*"),
    ("ALLOWED_ORIGINS", "https://desk.example/"),
    ("ALLOWED_ORIGINS", "https://desk.example, desk.example"),
    ("INTROSPECTION", "friends"),
    ("REQUEST_SECONDS", "0"),
    ("REQUESTS_PER_MINUTE", "-1"),
    ("TENANT_REQUESTS_PER_MINUTE", "many"),
    ("POINTS_PER_MINUTE", "-1"),
    ("TENANT_POINTS_PER_MINUTE", "many"),
    ("BROKER_URL", "redis://host/?timeout_of_sockets=1"),
    ("RATES_URL", "redis://host/?retry=x"),
    ("RATES_URL", "redis://host/?redis_connect_func=x"),
    ("RATES_URL", "rediss://host/?ssl_validate_ocsp=true"),
    ("EXPORT_DAYS", "100000000000"),
    ("LINK_SECONDS", "1e14"),
    ("REQUEST_SECONDS", "inf"),
    ("REQUEST_SECONDS", "nan"),
    ("POINTS_PER_MINUTE", "100000000000000000000"),
    ("PUBLIC_URL", "https://user:password@embudo.example"),
    ("PUBLIC_URL", "https://exa mple.com/<script>"),
    ("BROKER_URL", "redis://host/?socket_timeout=soon"),
    ("BROKER_URL", "amqp://host/?pulse=1"),
    ("RATES_URL", "memcached://x"),
    ("RATES_URL", "redis://"),
    ("RATES_URL", "redis://host:99999/"),
    ("RATES_URL", "redis://host/?namespace=a:b"),
    ("RATES_URL", "redis://host/?pulse=1"),
    ("PUBLIC_URL", "embudo.example"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https://embudo.example:port"),
    ("PUBLIC_URL", "https://embudo.example/?a=b"),
    ("TOKEN_JWKS_URL", "https://"),
    ("TOKEN_ISSUER", ""),
    ("TOKEN_AUDIENCE", " "),
    ("TOKEN_SECRET", " " * 40),
    ("METRICS_TOKEN", " " * 40),
    ("BROKER_URL", "redis://host/x"),
    ("RATES_URL", "redis://host/0/1"),
    ("FILES_URL", "s3://bucket/../x"),
    ("FILES_URL", "s3://bucket/p?endpoint=ftp://x"),
    ("LOG_LEVEL", "loud"),
    ("LOG_FORMAT", "xml"),
    ("CONNECTIONS", "9"),
    ("PLAIN_EXECUTION", "perhaps"),
    ("ORPHAN_DAYS", "0"),
    ("WEBHOOK_DAYS", "0"),
    ("FORM_ANSWERS", "perhaps"),
    ("MASK_PHONES", "perhaps"),
    ("APPLIERS", "65"),
    ("DOCUMENTS_ONLY", "perhaps"),
]
# Any text may be right: an issuer, an audience, the name of a machine, a file or folder that is read later.
ANYTHING = {"HOST", "DOCUMENTS", "METRICS_FOLDER", "WEBHOOKS_FILE"}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those of the test."""
    for name in os.environ:
        if name.startswith("EMBUDO_"):
            monkeypatch.delenv(name)


def test_the_defaults_are_for_one_machine() -> None:
    settings = Settings.read()
    assert (settings.host, settings.port, settings.broker_url, settings.demo) == (
        "127.0.0.1",
        8000,
        "embedded://",
        False,
    )
    assert settings.database_url == f"sqlite+aiosqlite:///{Path.cwd() / 'var' / 'embudo.db'}"
    assert settings.files_url == (Path.cwd() / "var" / "files").as_uri()
    with pytest.raises(ConfigurationError, match="EMBUDO_TOKEN_SECRET"):
        _ = settings.secret


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_each_wrong_variable_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"EMBUDO_{name}", value)
    with pytest.raises(ConfigurationError, match=f"EMBUDO_{name}: ") as told:
        Settings.read()
    assert len(str(told.value).splitlines()) == 1
    if name == "TOKEN_SECRET":
        assert value not in str(told.value)


def test_every_variable_was_wrong_once() -> None:
    assert {name for name, _ in WRONG} == {name.upper() for name in Settings.model_fields} - ANYTHING


def test_all_wrong_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBUDO_PORT", "x")
    monkeypatch.setenv("EMBUDO_FILES_URL", "x")
    with pytest.raises(ConfigurationError, match=r"(?s)EMBUDO_FILES_URL.*EMBUDO_PORT"):
        Settings.read()


@pytest.mark.parametrize(
    ("host", "fine"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("192.0.2.1", False)]
)
def test_the_demo_is_for_this_machine_only(host: str, fine: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBUDO_DEMO", "true")
    monkeypatch.setenv("EMBUDO_HOST", host)
    if fine:
        assert Settings.read().demo
    else:
        with pytest.raises(ConfigurationError, match="EMBUDO_DEMO"):
            Settings.read()


def test_origins_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.read().allowed_origins == ()
    monkeypatch.setenv("EMBUDO_ALLOWED_ORIGINS", "https://desk.example , http://localhost:5173,http://[::1]:80")
    assert Settings.read().allowed_origins == ("https://desk.example", "http://localhost:5173", "http://[::1]:80")


def test_keys_alone_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="EMBUDO_TOKEN_SECRET"):
        create_token_service(Settings.read())
    monkeypatch.setenv("EMBUDO_TOKEN_JWKS_URL", "https://keys.example/")
    assert create_token_service(Settings.read()).secret is None
    assert len(Settings.read().link_key) >= 32
    monkeypatch.setenv("EMBUDO_TOKEN_SECRET", SECRET)
    assert (create_token_service(Settings.read()).secret, Settings.read().link_key) == (SECRET, SECRET)
    monkeypatch.setenv("EMBUDO_LINK_SECRET", SECRET[::-1] + "!")
    assert Settings.read().link_key == SECRET[::-1] + "!"


def test_a_secret_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBUDO_TOKEN_SECRET", SECRET)
    settings = Settings.read()
    assert settings.secret == SECRET
    assert SECRET not in repr(settings)


def test_a_misspelt_variable_is_told_with_the_one_that_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EMBUDO_PORT", "EMBUDO_PUBLIC_URL", "EMBUDO_FILES_ULR", "EMBUDO_QQQQ"):
        monkeypatch.setenv(name, "x")
    assert unknown_variables() == [
        "EMBUDO_FILES_ULR: there is no such setting; is it EMBUDO_FILES_URL?",
        "EMBUDO_QQQQ: there is no such setting.",
    ]


@pytest.mark.parametrize("options", ["", "?ssl=verify-full", "?host=/run/postgresql&port=5433"])
def test_options_of_a_database_that_are_known_are_taken(options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql+asyncpg://u:p@h/x{options}"
    monkeypatch.setenv("EMBUDO_DATABASE_URL", url)
    assert Settings.read().database_url == url


@pytest.mark.parametrize(
    ("host", "public_url", "doubted"),
    [("192.0.2.1", None, True), ("192.0.2.1", "https://e.example", False), ("127.0.0.1", None, False)],
)
def test_links_that_begin_with_any_host_are_warned_of(
    host: str, public_url: str | None, doubted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBUDO_HOST", host)
    if public_url:
        monkeypatch.setenv("EMBUDO_PUBLIC_URL", public_url)
    assert [doubt.startswith("EMBUDO_PUBLIC_URL") for doubt in Settings.read().doubts] == [True] * doubted
