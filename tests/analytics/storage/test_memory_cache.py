"""The memory of what was read: never stale, and bounded in bytes."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.storage.memory_cache import MemoryCache, new_version

STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 9), st.integers(1, 40)))


@given(steps=STEPS)
def test_only_what_was_read_at_a_version_is_found_by_it(steps: list[tuple[str, int, int, int]]) -> None:
    cache = MemoryCache(max_bytes=100, max_tenant_bytes=50)
    for number, (tenant, version, key, size) in enumerate(steps):
        found = cache.get(tenant, version, key)
        if found is None:
            cache.put(tenant, version, key, (tenant, version, key, number), size)
            assert cache.get(tenant, version, key) == (tenant, version, key, number)
        else:
            assert found[:3] == (tenant, version, key)
        assert cache.get(tenant, version + 1, key) is None
        assert 0 <= cache.bytes <= 100


def test_one_tenant_leaves_room_to_others() -> None:
    cache = MemoryCache(max_bytes=100, max_tenant_bytes=50)
    for key in range(20):
        cache.put("busy", 1, key, key, 10)
    assert cache.bytes == 50
    assert [key for key in range(20) if cache.get("busy", 1, key) is not None] == [15, 16, 17, 18, 19]
    cache.put("other", 1, "x", "x", 10)
    assert cache.get("busy", 1, 15) == 15


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = MemoryCache(max_bytes=30, max_tenant_bytes=30)
    for tenant in "abc":
        cache.put(tenant, 1, "x", tenant, 10)
    assert cache.get("a", 1, "x") == "a"
    cache.put("d", 1, "x", "d", 10)
    assert [tenant for tenant in "abcd" if cache.get(tenant, 1, "x")] == ["a", "c", "d"]


def test_what_is_too_large_is_not_kept() -> None:
    cache = MemoryCache(max_bytes=100, max_tenant_bytes=50)
    cache.put("a", 1, "x", "x", 51)
    assert cache.get("a", 1, "x") is None
    assert cache.bytes == 0


def test_no_two_versions_are_the_same() -> None:
    assert len({new_version() for _ in range(1_000)}) == 1_000
