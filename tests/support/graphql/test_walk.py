"""The documents that `walk` makes of a schema."""

import pytest
from graphql import (
    build_schema,
)

from tests.support.graphql.walk import walks


def test_what_the_walk_cannot_ask_for_is_said() -> None:
    limits = "type Limits { first: Int! }"
    known = build_schema(f"type Query {{ limits(first: Int!, status: Kind): Limits }} enum Kind {{ A B }} {limits}")
    (walk, other) = walks(known)
    assert walk.text == "query Walk { limits_A: limits(first: 40, status: A) { first } }"
    assert other.text == walk.text.replace("A", "B")
    with pytest.raises(NotImplementedError, match=r"Query\.limits\(color:\): say in"):
        walks(build_schema(f"type Query {{ limits(color: String): Limits }} {limits}"))
    with pytest.raises(NotImplementedError, match=r"Query\.limits: say how to select"):
        walks(build_schema(f"type Query {{ limits: Any }} union Any = Limits {limits}"))
