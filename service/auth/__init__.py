"""Authentication: tokens, an identity provider's keys, and signed download links."""
