"""Everything that happened beside the messages: to templates, by WhatsApp's notices, and what people wrote down."""
