"""Everything else over HTTP: middleware, pages, downloads, health."""
