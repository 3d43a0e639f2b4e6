"""Documents by their hash, and services that run no others."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from analytics.domain.errors import ForbiddenError, InvalidInputError, NotFoundError, TooComplexError
from analytics.domain.limits import MAX_DOCUMENT_LENGTH
from graphql_schema.schema import schema
from service.graphql.persisted_documents import (
    PersistedDocuments,
    PersistedQueryNotSupportedError,
    load_persisted_documents,
)
from service.settings import ConfigurationError, Settings

TEXT = "{ __typename }"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
ONLY = PersistedDocuments({HASH: TEXT}, only=True)


@pytest.mark.parametrize("asked", [{"query": TEXT}, {"documentId": HASH}, {"documentId": f"sha256:{HASH}"}])
def test_known_documents_are_run(asked: dict[str, Any]) -> None:
    assert ONLY.resolve(asked) == TEXT


def test_others_are_not_run_where_only_these_are() -> None:
    for text in ("{ limits { first } }", TEXT + " ", "\ud800"):
        with pytest.raises(ForbiddenError):
            ONLY.resolve({"query": text})
        assert PersistedDocuments({HASH: TEXT}).resolve({"query": text}) == text


def test_a_hash_decides_what_is_run_whatever_text_comes_with_it() -> None:
    assert ONLY.resolve({"documentId": HASH, "query": "{ limits { first } }"}) == TEXT
    with pytest.raises(NotFoundError):
        ONLY.resolve({"documentId": "0", "query": TEXT})


def apollos(hash: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}, **more}


def test_apollos_clients_are_told_to_send_texts() -> None:
    other = "{ limits { first } }"
    hash = hashlib.sha256(other.encode()).hexdigest()
    for manifest in (ONLY, PersistedDocuments({HASH: TEXT}), PersistedDocuments()):
        with pytest.raises(PersistedQueryNotSupportedError, match=r"^PersistedQueryNotSupported$"):
            manifest.resolve(apollos(hash))
    assert ONLY.resolve(apollos(HASH)) == TEXT
    assert PersistedDocuments().resolve(apollos(hash, query=other)) == other
    with pytest.raises(ForbiddenError):
        ONLY.resolve(apollos(hash, query=other))
    with pytest.raises(InvalidInputError, match="SHA-256"):
        PersistedDocuments().resolve(apollos(hash, query=TEXT))


def test_the_refusal_says_whose_documents_are_run(tmp_path: Path) -> None:
    own = written(tmp_path / "own", TEXT)
    for settings, whose in (
        (Settings(documents_only=True), "own pages"),
        (Settings(documents_only=True, documents=own), "manifest"),
    ):
        with pytest.raises(ForbiddenError, match=f"of this service's {whose} are run"):
            load_persisted_documents(settings, schema, own).resolve({"query": "{ a }"})


def test_a_long_document_is_not_even_parsed() -> None:
    with pytest.raises(TooComplexError):
        PersistedDocuments().resolve({"query": "#" * (MAX_DOCUMENT_LENGTH + 1)})
    assert PersistedDocuments().resolve({"query": "#" * MAX_DOCUMENT_LENGTH})


def test_a_query_is_text_or_nothing() -> None:
    assert PersistedDocuments().resolve({}) is None
    assert PersistedDocuments().resolve({"query": None}) is None
    with pytest.raises(InvalidInputError):
        PersistedDocuments().resolve({"query": ["x"]})


def written(path: Path, text: str) -> Path:
    """A manifest of one document."""
    path.write_text(json.dumps({hashlib.sha256(text.encode()).hexdigest(): text}))
    return path


def test_without_a_file_only_the_pages_own_documents_are_run(tmp_path: Path) -> None:
    own, named = written(tmp_path / "own", TEXT), written(tmp_path / "named", "query Named { __typename }")
    assert load_persisted_documents(Settings(), schema, own) == PersistedDocuments()
    assert load_persisted_documents(Settings(documents_only=True), schema, own) == ONLY
    opened = load_persisted_documents(Settings(documents_only=True, documents=named), schema, own)
    assert (list(opened.documents.values()), opened.only) == (["query Named { __typename }"], True)


def test_pages_that_are_not_built_have_no_documents(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"EMBUDO_DOCUMENTS_ONLY: the pages are not built.*make build"):
        load_persisted_documents(Settings(documents_only=True), schema, tmp_path / "none")
    assert load_persisted_documents(Settings(), schema, tmp_path / "none") == PersistedDocuments()


def test_pages_that_do_not_fit_the_schema_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"EMBUDO_DOCUMENTS_ONLY: .*Cannot query field"):
        load_persisted_documents(Settings(documents_only=True), schema, written(tmp_path / "own", "{ nothing }"))
