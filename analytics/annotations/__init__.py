"""People's own annotations of days: creating and deleting them. `reports.annotations` reads them."""
