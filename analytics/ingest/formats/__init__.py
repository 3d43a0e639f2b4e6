"""Input formats: the platform's events, WhatsApp's webhook bodies, and files of either."""
