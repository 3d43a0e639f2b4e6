"""The keys of an identity provider: a JSON Web Key Set (RFC 7517), fetched again when it is older than five minutes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

log = structlog.get_logger()

# The allowed signature algorithms, and the type and curve of key for each. A key is used for one algorithm only.
ALGORITHMS = {"RS256": ("RSA", None), "ES256": ("EC", "P-256")}
MIN_RSA_BITS = 2048  # bits; RFC 7518, section 3.3

# Seconds after which the keys are fetched again, so that tokens of a key that the provider withdrew are soon refused.
FRESH_SECONDS = 300.0
# Seconds between two attempts. Anybody can send tokens with unknown key ids; they must not cause a fetch each.
COOL_DOWN = 10.0
FETCH_TIMEOUT = 5.0  # seconds

Fetch = Callable[[], Awaitable[Any]]
Clock = Callable[[], float]


class JwksCache:
    """The provider's keys by their id. When the provider does not answer, the cached keys stay valid."""

    algorithms = frozenset(ALGORITHMS)

    def __init__(self, url: str, *, fetch: Fetch | None = None, clock: Clock = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch or self._get
        self._clock = clock
        self._known: list[PyJWK] = []
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None

    def get_key(self, id: str | None, algorithm: str) -> PyJWK | None:
        """Return the key with an id, or without an id the only key for an algorithm; None if none or several match."""
        matching_keys = [key for key in self._known if key.algorithm_name == algorithm and id in (None, key.key_id)]
        return matching_keys[0] if len(matching_keys) == 1 else None

    async def ensure_key(self, id: str | None, algorithm: str) -> None:
        """Fetch the keys if needed: at once if the key is unknown, in the background if the keys are old."""
        if self.get_key(id, algorithm) is None:
            await self._refresh()
        elif self._clock() - self._fetched > FRESH_SECONDS and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        async with self._lock:
            if self._clock() - self._tried < COOL_DOWN:
                return
            self._tried = self._clock()
            try:
                self._known = parse_key_set(await self._fetch())
                self._fetched = self._clock()
            except (httpx.HTTPError, ValueError) as error:
                log.warning("token keys could not be fetched", url=self._url, error=repr(error))

    async def _get(self) -> Any:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT) as client:
            response = await client.get(self._url, headers={"Accept": "application/json"})
            return response.raise_for_status().json()


def parse_key_set(document: Any) -> list[PyJWK]:
    """Return the keys of a set that may sign tokens. Raises `ValueError` if it is not a key set, or has none."""
    entries = document.get("keys") if isinstance(document, dict) else None
    keys = [key for entry in entries or () if isinstance(entry, dict) and (key := _key(entry))]
    if not keys:
        raise ValueError("no usable key")
    return keys


def _key(entry: dict[str, Any]) -> PyJWK | None:
    """Decode an entry of a key set; None if it is not for an allowed algorithm, too short, or a private key."""
    for algorithm, (kind, curve) in ALGORITHMS.items():
        is_suitable = entry.get("kty") == kind and entry.get("crv") == curve and entry.get("use", "sig") == "sig"
        if is_suitable and entry.get("alg", algorithm) == algorithm:
            try:
                key = PyJWK(entry, algorithm)
            except (PyJWTError, ValueError):
                return None
            is_short = isinstance(key.key, RSAPublicKey) and key.key.key_size < MIN_RSA_BITS
            # `d` is a private key: once published, anybody can sign with it.
            return None if is_short or "d" in entry else key
    return None
