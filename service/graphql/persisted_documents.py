"""Persisted documents: those of a frontend's build, which requests name by their hash instead of sending them.

The manifest is a JSON object of hashes (SHA-256, hexadecimal) and documents, as GraphQL Code Generator writes it. The
build of the bundled frontend writes one too (frontend/build/documents.ts).
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, parse, validate
from strawberry import Schema

from analytics.domain.errors import ForbiddenError, InvalidInputError, NotFoundError, PublicError, TooComplexError
from analytics.domain.limits import MAX_DOCUMENT_LENGTH, MAX_TOKENS
from graphql_schema.limits.document_size import enforce_limits
from service.settings import ConfigurationError, Settings
from service.web.pages import BUILT

# The manifest of the bundled frontend.
OWN_DOCUMENTS = BUILT / "documents.json"
PREFIX = "sha256:"  # of `documentId`, as the draft on persisted documents has it


class PersistedQueryNotSupportedError(PublicError):
    """Documents are not registered here. After this message and code Apollo's clients send texts from then on."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"


@dataclass(frozen=True)
class PersistedDocuments:
    """The documents by their hashes; with `only`, no others are run."""

    documents: dict[str, str] = field(default_factory=dict)
    only: bool = False
    whose: str = field(default="this service's manifest", compare=False)

    def resolve(self, request_data: dict[str, Any]) -> str | None:
        """Return the document of a request, given by text or hash. Raises a public error."""
        id, hash, text = _id(request_data), _apollos_hash(request_data), request_data.get("query")
        if (key := id or hash) in self.documents:
            return self.documents[key]
        if id is not None:
            raise NotFoundError("documentId: there is no such document here.")
        if text is not None and not isinstance(text, str):
            raise InvalidInputError("query: must be a string, or null.")
        if hash is not None and not text:
            raise PersistedQueryNotSupportedError("PersistedQueryNotSupported")
        if hash is not None and text and hash.lower() != _sha256(text):
            raise InvalidInputError("extensions.persistedQuery.sha256Hash: is not the SHA-256 of the query.")
        if text and self.only and self.documents.get(_sha256(text)) != text:
            raise ForbiddenError(f"Only documents of {self.whose} are run here.")
        if text and len(text) > MAX_DOCUMENT_LENGTH:
            raise TooComplexError(
                f"The document has {len(text)} characters; at most {MAX_DOCUMENT_LENGTH}. See `limits`."
            )
        return text


def _id(request_data: dict[str, Any]) -> str | None:
    """Return the hash in the form of the draft on persisted documents."""
    id = request_data.get("documentId")
    return id.removeprefix(PREFIX) if id and isinstance(id, str) else None


def _apollos_hash(request_data: dict[str, Any]) -> str | None:
    """Return the hash in the form of Apollo's clients."""
    extensions = request_data.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    hash = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return hash if isinstance(hash, str) else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse_manifest(path: Path, schema: GraphQLSchema, *, only: bool) -> PersistedDocuments:
    """Read a manifest file. Raises `ValueError`, which says what is wrong: each document must be valid."""
    try:
        documents = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise ValueError("is not JSON in UTF-8") from None
    if not isinstance(documents, dict) or not all(isinstance(text, str) for text in documents.values()):
        raise ValueError("must be an object of hashes and documents")
    for hash, text in documents.items():
        if hash != _sha256(text):
            raise ValueError(f"{hash}: is not the SHA-256 of its document")
        if problem := _validation_error(schema, text):
            raise ValueError(f"{hash}: {problem}")
    return PersistedDocuments(documents, only)


def load_persisted_documents(settings: Settings, schema: Schema, own: Path = OWN_DOCUMENTS) -> PersistedDocuments:
    """Load the persisted documents from settings; with `documents_only` and no file, those of the bundled frontend.

    Raises `ConfigurationError`.
    """
    if settings.documents is not None:
        return _open("EMBUDO_DOCUMENTS", settings.documents, schema, only=settings.documents_only)
    if not settings.documents_only:
        return PersistedDocuments()
    if not own.exists():
        raise ConfigurationError(
            "EMBUDO_DOCUMENTS_ONLY: the pages are not built, so their documents are not known. Run `make build`, or "
            "name a file of documents in EMBUDO_DOCUMENTS."
        )
    return replace(_open("EMBUDO_DOCUMENTS_ONLY", own, schema, only=True), whose="this service's own pages")


def _open(setting: str, path: Path, schema: Schema, *, only: bool) -> PersistedDocuments:
    try:
        return parse_manifest(path, schema._schema, only=only)
    except ValueError as error:
        raise ConfigurationError(f"{setting}: {path}: {error}") from None


def _validation_error(schema: GraphQLSchema, text: str) -> str | None:
    try:
        document = parse(text, max_tokens=MAX_TOKENS)
        enforce_limits(schema, document)
        errors = validate(schema, document)
    except (GraphQLError, PublicError) as error:
        return error.message
    return errors[0].message if errors else None
