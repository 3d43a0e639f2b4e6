"""Fixtures of the tests of limits."""

from typing import Any

import pytest
from graphql import (
    validate,
)

from graphql_schema.extensions import document_validation
from graphql_schema.extensions.document_cache import DocumentCache


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The documents that were validated; none is known from before."""
    validated: list[Any] = []

    def remembered(of: Any, document: Any, *more: Any, **options: Any) -> Any:
        validated.append(document)
        return validate(of, document, *more, **options)

    monkeypatch.setattr(document_validation, "validate", remembered)
    monkeypatch.setattr(document_validation.DocumentValidationExtension, "_cache", DocumentCache())
    return validated
