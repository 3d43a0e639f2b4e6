"""Tokens of an identity provider: its keys, as they come and go, and what must never pass for one of them."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from analytics.domain.access import Identity
from analytics.domain.errors import UnauthenticatedError
from service.auth.jwks import COOL_DOWN, FRESH_SECONDS, JwksCache, parse_key_set
from service.auth.tokens import TokenService

RSA, OTHER_RSA = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
WEAK_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
EC = ec.generate_private_key(ec.SECP256R1())
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1())
SECRET = "a secret of the tests, long enough for HS256"
CLAIMS = {"sub": "u1", "tenant": "acme", "role": "analyst", "iss": "us", "aud": "here"}


def jwk(key: Any, id: str | None = None, **changes: Any) -> dict[str, Any]:
    """The public half of a key, as providers publish it."""
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    published = {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": id, **changes}
    return {name: value for name, value in published.items() if value is not None}


def signed(key: Any, algorithm: str = "RS256", id: str | None = None, **changes: Any) -> str:
    claims = {**CLAIMS, "exp": datetime.now(UTC) + timedelta(hours=1), **changes}
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm, headers={"kid": id} if id else None)


class Provider:
    """An identity provider with the keys that it publishes at the moment; None: it does not answer."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.published: list[dict[str, Any]] | None = list(keys)
        self.asked = 0
        self.now = 0.0
        self.keys = JwksCache("https://keys.example/", fetch=self.fetch, clock=lambda: self.now)
        self.tokens = TokenService(None, "us", "here", self.keys)

    async def fetch(self) -> Any:
        """As over the network."""
        self.asked += 1
        if self.published is None:
            raise httpx.ConnectError("nobody there")
        return {"keys": self.published}

    async def reads(self, token: str) -> bool:
        """Return True if a token is accepted for the person that it names."""
        who = await self.tokens.authenticate(f"Bearer {token}")
        if isinstance(who, Identity):
            assert (who.id, who.tenant_id, who.role) == ("u1", "acme", "analyst")
            return True
        assert isinstance(who, UnauthenticatedError)
        return False


async def test_both_algorithms_are_read() -> None:
    provider = Provider(jwk(RSA, "r"), jwk(EC, "e"))
    assert await provider.reads(signed(RSA, id="r"))
    assert await provider.reads(signed(EC, "ES256", id="e"))
    assert provider.asked == 1


async def test_without_a_name_the_only_key_of_its_kind_is_meant() -> None:
    provider = Provider(jwk(RSA), jwk(EC, "e"))
    assert await provider.reads(signed(RSA))
    assert await provider.reads(signed(EC, "ES256"))
    both = Provider(jwk(RSA, "r"), jwk(OTHER_RSA, "s"))
    assert not await both.reads(signed(RSA))


def public_pem(key: Any) -> bytes:
    encoding, format = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem: bytes = key.public_key().public_bytes(encoding, format)
    return pem


def confused() -> str:
    """The oldest trick: the public key, which everyone has, as the secret of HS256."""
    head, body, _ = signed(RSA, id="r").split(".")
    head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "r"}).encode()).decode()
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{head}.{body}".encode(), public_pem(RSA)
    )
    return f"{head}.{body}.{jwt.utils.base64url_encode(mac).decode()}"


REFUSED = {
    "signed by another key": signed(OTHER_RSA, id="r"),
    "of an unknown key": signed(OTHER_RSA, id="x"),
    "named after a key of another kind": signed(RSA, id="e"),
    "signed with the public key": confused(),
    "signed with a secret": signed(SECRET, "HS256", id="r"),
    "not signed": signed("", "none", id="r"),
    "of another algorithm": signed(RSA, "RS512", id="r"),
    "of another padding": signed(RSA, "PS256", id="r"),
    "over": signed(RSA, id="r", exp=datetime.now(UTC) - timedelta(hours=1)),
    "without end": signed(RSA, id="r", exp=None),
    "of another issuer": signed(RSA, id="r", iss="them"),
    "of no issuer": signed(RSA, id="r", iss=None),
    "for another audience": signed(RSA, id="r", aud="there"),
    "for nobody": signed(RSA, id="r", aud=None),
    "of no tenant": signed(RSA, id="r", tenant=None),
    "of an empty tenant": signed(RSA, id="r", tenant=""),
    "of two tenants": signed(RSA, id="r", tenant=["acme", "other"]),
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
async def test_what_must_not_pass_does_not(token: str) -> None:
    provider = Provider(jwk(RSA, "r"), jwk(EC, "e"))
    assert await provider.reads(signed(RSA, id="r"))
    assert not await provider.reads(token)


async def test_a_secret_beside_the_keys_is_for_hs256_only() -> None:
    provider = Provider(jwk(RSA, "r"))
    provider.tokens = TokenService(SECRET, "us", "here", provider.keys)
    assert await provider.reads(signed(SECRET, "HS256"))
    assert await provider.reads(signed(RSA, id="r"))
    assert not await provider.reads(confused())


async def test_a_new_key_is_known_at_its_first_token() -> None:
    provider = Provider(jwk(RSA, "r"))
    assert await provider.reads(signed(RSA, id="r"))
    provider.published = [jwk(OTHER_RSA, "s")]
    provider.now += COOL_DOWN
    assert await provider.reads(signed(OTHER_RSA, id="s"))
    assert not await provider.reads(signed(RSA, id="r"))


async def test_a_key_that_was_taken_back_is_forgotten_soon() -> None:
    provider = Provider(jwk(RSA, "r"), jwk(OTHER_RSA, "s"))
    assert await provider.reads(signed(RSA, id="r"))
    provider.published = [jwk(OTHER_RSA, "s")]
    provider.now += FRESH_SECONDS + 1
    assert await provider.reads(signed(RSA, id="r"))  # looked up beside this request
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not await provider.reads(signed(RSA, id="r"))


async def test_known_keys_stay_good_while_the_provider_does_not_answer() -> None:
    provider = Provider(jwk(RSA, "r"))
    assert await provider.reads(signed(RSA, id="r"))
    provider.published = None
    for _ in range(10):
        provider.now += FRESH_SECONDS + 1
        assert await provider.reads(signed(RSA, id="r"))
        await asyncio.sleep(0)
    provider.published = []  # an answer that is none is no reason either
    provider.now += FRESH_SECONDS + 1
    assert await provider.reads(signed(RSA, id="r"))
    assert provider.asked > 5


async def test_invented_key_names_do_not_make_us_ask() -> None:
    provider = Provider(jwk(RSA, "r"))
    for n in range(50):
        assert not await provider.reads(signed(OTHER_RSA, id=f"invented {n}"))
    assert provider.asked == 1
    provider.now += COOL_DOWN
    await asyncio.gather(*(provider.reads(signed(OTHER_RSA, id=f"more {n}")) for n in range(50)))
    assert provider.asked == 2


async def test_no_key_at_all_is_no_way_in() -> None:
    provider = Provider()
    provider.published = None
    assert not await provider.reads(signed(RSA, id="r"))


BAD_KEYS = {
    "weak": jwk(WEAK_RSA, "r"),
    "of another curve": jwk(OTHER_CURVE, "e"),
    "for encryption": jwk(RSA, "r", use="enc"),
    "for another algorithm": jwk(RSA, "r", alg="PS256"),
    "a secret": {"kty": "oct", "k": "c2VjcmV0", "kid": "r", "alg": "HS256"},
    "private": {**RSAAlgorithm.to_jwk(RSA, as_dict=True), "kid": "r"},
    "broken": {"kty": "RSA", "n": "!", "e": "AQAB"},
    "empty": {},
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_keys_that_may_not_sign_are_left_out(key: dict[str, Any]) -> None:
    assert len(parse_key_set({"keys": [key, jwk(EC, "good")]})) == 1
    with pytest.raises(ValueError, match="no usable key"):
        parse_key_set({"keys": [key]})


@pytest.mark.parametrize("document", [None, [], {}, {"keys": None}, {"keys": [7]}, "keys"])
def test_what_is_no_key_set_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="no usable key"):
        parse_key_set(document)


@pytest.fixture
def published() -> Iterator[str]:
    """The address of a key set on a real server; all other paths fail."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [jwk(RSA, "r")]}).encode()
            self.send_response(200 if self.path == "/keys" else 500)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_keys_are_fetched_over_http(published: str) -> None:
    authorization = f"Bearer {signed(RSA, id='r')}"
    assert isinstance(
        await TokenService(None, "us", "here", JwksCache(f"{published}/keys")).authenticate(authorization), Identity
    )
    for wrong in (f"{published}/other", "http://127.0.0.1:1/keys"):
        refused = await TokenService(None, "us", "here", JwksCache(wrong)).authenticate(authorization)
        assert isinstance(refused, UnauthenticatedError)
