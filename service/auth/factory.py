"""The token service that the settings describe."""

from service.auth.jwks import JwksCache
from service.auth.tokens import TokenService
from service.settings import Settings


def create_token_service(settings: Settings) -> TokenService:
    """Create the token service from settings. Raises `ConfigurationError` if it has neither secret nor JWKS URL."""
    keys = JwksCache(settings.token_jwks_url) if settings.token_jwks_url else None
    secret = settings.secret if settings.token_secret or keys is None else None
    return TokenService(secret, settings.token_issuer, settings.token_audience, keys)
