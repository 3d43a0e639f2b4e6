"""Who asks: tokens, an identity provider's keys, and signed download links."""
