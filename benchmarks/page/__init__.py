"""The page's first request: its document, its variables, and the same sections as SQL for DuckDB."""
