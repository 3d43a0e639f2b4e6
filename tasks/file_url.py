"""URLs of file stores, checked without asking a store's library."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

OPTIONS = ("endpoint", "region")


def parse_file_url(url: str) -> dict[str, Any]:
    """The options in a store's URL: `file:///absolute/folder`, without any, or `s3://bucket/prefix`, where
    `?endpoint=http://127.0.0.1:9000&region=us-east-1` may follow. Raises ValueError for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc and not parts.query:
        return {}
    if parts.scheme != "s3" or not parts.hostname or parts.username:
        raise ValueError("must be file:///absolute/folder or s3://bucket/prefix")
    options: dict[str, Any] = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if not options.keys() <= set(OPTIONS):
        raise ValueError(f"a bucket's URL may have {' and '.join(OPTIONS)}, and nothing else")
    if ".." in parts.path.split("/"):
        raise ValueError("a bucket's prefix may not have .. in it")
    if "endpoint" in options and urlsplit(options["endpoint"]).scheme not in ("http", "https"):
        raise ValueError("a bucket's endpoint must begin with http:// or https://")
    return options
