"""Schema extensions: what runs around every operation."""
