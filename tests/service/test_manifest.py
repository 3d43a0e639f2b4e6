"""Documents by their hash, and services that run no others."""

import hashlib
from typing import Any

import pytest

from analytics.errors import Forbidden, InvalidInput, NotFound, TooComplex
from analytics.limits import LONGEST_DOCUMENT
from service.manifest import Manifest

TEXT = "{ __typename }"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
ONLY = Manifest({HASH: TEXT}, only=True)


@pytest.mark.parametrize("asked", [{"query": TEXT}, {"documentId": HASH}, {"documentId": f"sha256:{HASH}"}])
def test_known_documents_are_run(asked: dict[str, Any]) -> None:
    assert ONLY.document(asked) == TEXT


def test_others_are_not_run_where_only_these_are() -> None:
    for text in ("{ limits { first } }", TEXT + " ", "\ud800"):
        with pytest.raises(Forbidden):
            ONLY.document({"query": text})
        assert Manifest({HASH: TEXT}).document({"query": text}) == text


def test_a_hash_decides_what_is_run_whatever_text_comes_with_it() -> None:
    assert ONLY.document({"documentId": HASH, "query": "{ limits { first } }"}) == TEXT
    with pytest.raises(NotFound):
        ONLY.document({"documentId": "0", "query": TEXT})


def test_a_long_document_is_not_even_parsed() -> None:
    with pytest.raises(TooComplex):
        Manifest().document({"query": "#" * (LONGEST_DOCUMENT + 1)})
    assert Manifest().document({"query": "#" * LONGEST_DOCUMENT})


def test_a_query_is_text_or_nothing() -> None:
    assert Manifest().document({}) is None
    assert Manifest().document({"query": None}) is None
    with pytest.raises(InvalidInput):
        Manifest().document({"query": ["x"]})
