"""Reading plain fields gives what resolving them gives, errors and paths included."""

from typing import Any

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from strawberry.extensions import SchemaExtension

from graphql_schema.extensions.fast_execution import FastExecutionContext


@strawberry.type
class Leaf:
    text: str
    number: int
    share: float | None
    yes: bool
    id: strawberry.ID


@strawberry.type
class Branch:
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]
    holes: list[Leaf | None] | None
    words: list[str]
    numbers: strawberry.Private[int] = 0

    @strawberry.field
    def resolved(self) -> int:
        return self.numbers + 1


def schema_of(branches: list[Any], plain: bool, *extensions: type[SchemaExtension]) -> strawberry.Schema:
    @strawberry.type
    class Query:
        @strawberry.field
        async def branches(self) -> list[Branch | None]:
            return branches

    context = FastExecutionContext if plain else None
    return strawberry.Schema(Query, execution_context_class=context, extensions=extensions)


# Some values are not what their type says: then both ways must complain alike.
ODD = st.sampled_from([None, "text", 7, 2**40, float("nan"), float("inf"), True, 1.5, object, ["x"]])
LEAVES = st.builds(
    Leaf,
    text=st.text(max_size=3) | ODD,
    number=st.integers(-(2**31), 2**31 - 1) | ODD,
    share=st.floats(allow_nan=False, allow_infinity=False) | ODD,
    yes=st.booleans() | ODD,
    id=st.text(max_size=3) | ODD,
)
BRANCHES = st.builds(
    Branch,
    leaf=LEAVES | st.none(),
    maybe=LEAVES | st.none() | ODD,
    leaves=st.lists(LEAVES | st.none(), max_size=3) | st.none(),
    holes=st.lists(LEAVES | st.none(), max_size=3) | st.none(),
    words=st.lists(st.text(max_size=3) | ODD, max_size=3),
    numbers=st.integers(0, 9),
)
DOCUMENTS = [
    "{ branches { leaf { text number share yes id } } }",
    "{ branches { __typename maybe { ...L } leaves { ...L } words } } fragment L on Leaf { t: text __typename id }",
    "{ branches { holes { number } resolved leaf { yes } } }",
    "{ branches { leaf { text } leaf { number } leaves { share } } again: branches { words } }",
    "query Q($show: Boolean!) { branches { leaf { text @include(if: $show) number @skip(if: $show) } } }",
]


@given(st.lists(BRANCHES | st.none(), max_size=3), st.sampled_from(DOCUMENTS), st.booleans())
async def test_answers_are_equal(branches: list[Any], document: str, show: bool) -> None:
    answers = []
    for plain in (False, True):
        result = await schema_of(branches, plain).execute(document, variable_values={"show": show})
        errors = sorted((e.message, str(e.path), str(e.locations)) for e in result.errors or [])
        answers.append((repr(result.data), errors))
    assert answers[0] == answers[1]


def leaf() -> Leaf:
    return Leaf(text="a", number=1, share=0.5, yes=True, id=strawberry.ID("1"))


async def test_the_same_document_selects_by_its_variables_each_time() -> None:
    branch = Branch(leaf=leaf(), maybe=None, leaves=[], holes=None, words=[])
    schema = schema_of([branch], plain=True)
    found = []
    for show in (True, False, True):
        result = await schema.execute(DOCUMENTS[-1], variable_values={"show": show})
        assert result.data is not None
        found.append(result.data["branches"][0]["leaf"])
    assert found == [{"text": "a"}, {"number": 1}, {"text": "a"}]


async def test_plain_fields_are_not_resolved_and_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    stock = FastExecutionContext.execute_field

    def counted(self: Any, parent: Any, *arguments: Any) -> Any:
        calls.append(parent.name)
        return stock(self, parent, *arguments)

    monkeypatch.setattr(FastExecutionContext, "execute_field", counted)
    branch = Branch(leaf=leaf(), maybe=None, leaves=[leaf()] * 5, holes=None, words=[])
    await schema_of([branch], plain=True).execute("{ branches { leaves { text number } words } }")
    assert calls == ["Query"]
    calls.clear()
    await schema_of([branch], plain=True).execute("{ branches { leaves { text number } resolved } }")
    assert calls == ["Query", "Branch", "Branch"]


async def test_an_extension_that_wants_every_field_gets_it() -> None:
    seen: list[str] = []

    class Watching(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: str, **kwargs: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    branch = Branch(leaf=leaf(), maybe=None, leaves=[], holes=None, words=[])
    await schema_of([branch], True, Watching).execute("{ branches { leaf { text } } }")
    assert seen == ["branches", "leaf", "text"]
