"""Only a token that we signed, for someone, of a tenant, in a role, and not over, speaks for anybody."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import jwt
import pytest
import structlog

from analytics.domain.access import has_viewer_role
from analytics.domain.errors import UnauthenticatedError
from service.auth.requests import authenticate
from service.auth.tokens import LEEWAY, MAX_TOKEN_LENGTH, RefusedTokenError, TokenService
from tests.support.factories import identity

SECRET = "a secret of the tests, long enough for HS256"
TOKENS = TokenService(SECRET)
HOUR = timedelta(hours=1)


def signed(key: Any = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {"sub": "u1", "tenant": "acme", "role": "analyst", "exp": datetime.now(UTC) + HOUR, **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm)


def without(claim: str) -> str:
    return signed(SECRET, "HS256", **odd(claim, None))


def odd(claim: str, value: Any) -> dict[str, Any]:
    return {claim: value}


def test_what_is_issued_reads_back() -> None:
    who = identity("acme", "supervisor", "s1", email="a@acme.cl", name="Ana Díaz")
    for tokens in (TOKENS, TokenService(SECRET, "issuer", "audience")):
        assert tokens.verify(tokens.issue(who, HOUR)) == who


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        signed(key="another secret of the tests, also long"),
        signed(algorithm="HS256", key=SECRET + "!"),
        signed(key="", algorithm="none"),
        *(without(claim) for claim in ("exp", "sub", "tenant", "role")),
        *(
            signed(SECRET, "HS256", **odd(claim, value))
            for claim in ("tenant", "role")
            for value in ("", 7, ["acme"], "x" * 129)
        ),
        signed(exp=datetime.now(UTC) - HOUR),
        signed(nbf=datetime.now(UTC) + 24 * HOUR),
        signed(exp=datetime.now(UTC) - timedelta(seconds=LEEWAY + 2)),
        signed(exp="tomorrow"),
        signed(exp=1e400),
    ],
)
def test_any_other_is_refused_and_told_nothing(token: str) -> None:
    with pytest.raises(UnauthenticatedError, match=r"The token (is not valid|has expired)\."):
        TOKENS.verify(token)


REASONS: list[tuple[str, str]] = [
    (signed(exp=datetime.now(UTC) - HOUR, iss="us", aud="here"), "expired"),
    (signed(nbf=datetime.now(UTC) + 24 * HOUR, iss="us", aud="here"), "not valid yet"),
    (signed(key="another secret of the tests, also long"), "signature"),
    (signed(iss="them", aud="here"), "issuer"),
    (signed(aud="here"), "issuer"),
    (signed(iss="us", aud="there"), "audience"),
    (signed(iss="us"), "audience"),
    (signed(key="", algorithm="none"), "algorithm"),
    (signed(iss="us", aud="here", sub=None), "claims"),
    (signed(iss="us", aud="here", tenant="x" * 129), "claims"),
    (signed(iss="us", aud="here", exp="tomorrow"), "malformed"),
    ("no.such.token", "malformed"),
]


@pytest.mark.parametrize(("token", "reason"), REASONS, ids=[f"{reason} {n}" for n, (_, reason) in enumerate(REASONS)])
async def test_the_log_says_why_a_token_was_refused_and_the_answer_does_not(token: str, reason: str) -> None:
    structlog.contextvars.clear_contextvars()
    told = await authenticate(f"Bearer {token}", TokenService(SECRET, "us", "here"))
    assert isinstance(told, UnauthenticatedError)
    assert told.message == ("The token has expired." if reason == "expired" else "The token is not valid.")
    assert structlog.contextvars.get_contextvars() == {"token_refused": reason}


def test_issuer_and_audience_are_checked_when_set() -> None:
    tokens = TokenService(SECRET, "us", "here")
    assert tokens.verify(signed(iss="us", aud="here")).id == "u1"
    wrong: list[dict[str, Any]] = [
        {},
        {"iss": "us"},
        {"aud": "here"},
        {"iss": "them", "aud": "here"},
        {"iss": "us", "aud": "there"},
    ]
    for changes in wrong:
        with pytest.raises(UnauthenticatedError):
            tokens.verify(signed(**changes))
    assert TOKENS.verify(signed(iss="anyone", aud="anywhere")).id == "u1"


def test_clocks_may_differ_a_little() -> None:
    late = TOKENS.verify(signed(exp=datetime.now(UTC) - timedelta(seconds=LEEWAY - 5)))
    assert late.id == "u1"
    assert TOKENS.verify(signed(nbf=datetime.now(UTC) + timedelta(seconds=LEEWAY - 5))).id == "u1"
    over = datetime.now(UTC) + HOUR
    assert TOKENS.verify(signed(exp=over)).expires_at == (int(over.timestamp()) + LEEWAY) * 1_000_000


async def test_the_header_says_who_it_is_or_what_is_wrong() -> None:
    assert await TOKENS.authenticate(f"bearer  {signed()}") == identity("acme", "analyst", "u1")
    for nobody in (None, "", "Bearer", "Basic abc", "Bearer "):
        assert await TOKENS.authenticate(nobody) is None
    assert isinstance(await TOKENS.authenticate("Bearer x"), UnauthenticatedError)


@pytest.mark.parametrize("exp", [1e308, 10**400, 10**18])
def test_no_token_is_good_for_longer_than_clocks_count(exp: Any) -> None:
    """The end of a connection waits for it: no loop waits for that long."""
    expires_at = TOKENS.verify(signed(exp=exp)).expires_at
    assert expires_at is not None
    assert datetime.fromtimestamp(expires_at / 1_000_000, UTC).year == 3000


@pytest.mark.parametrize(
    ("word", "may"),
    [
        ("administrator", True),
        ("ADMINISTRATOR", True),
        ("Analyst", True),
        ("supervisor", True),
        ("adm\u0131nistrator", False),
        ("superv\u0131sor", False),
        ("\uff41nalyst", False),
        ("ingest", False),
        ("administrator ", False),
    ],
)
def test_roles_are_three_words(word: str, may: bool) -> None:
    assert has_viewer_role(TOKENS.verify(signed(role=word))) is may


async def test_a_token_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Mock()
    monkeypatch.setattr(TokenService, "verify", read)
    refused = await TokenService(SECRET).authenticate("Bearer " + "A" * (MAX_TOKEN_LENGTH + 1))
    assert isinstance(refused, RefusedTokenError)
    assert not read.called
