"""Tuning of a process: garbage is looked for by the bytes that came in, too."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from service.process_tuning import COLLECTED_BYTES, GarbageByBytes


class Cycle:
    """Something that only the garbage collector frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def no_other_collection() -> Iterator[None]:
    """The collector counts objects, of which there are few here."""
    gc.disable()
    yield
    gc.enable()


def test_garbage_goes_after_so_many_bytes_however_few_its_objects() -> None:
    garbage, cycle = GarbageByBytes(), weakref.ref(Cycle())
    for _ in range(3):
        garbage.add(COLLECTED_BYTES // 4)
    assert cycle()
    garbage.add(COLLECTED_BYTES // 4)
    assert not cycle()


def test_counting_begins_anew_after_a_collection() -> None:
    garbage = GarbageByBytes()
    garbage.add(COLLECTED_BYTES)
    cycle = weakref.ref(Cycle())
    garbage.add(COLLECTED_BYTES - 1)
    assert cycle()
