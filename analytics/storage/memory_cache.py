"""A cache in memory of values that were read of tenants, by the version of their data."""

import secrets
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MIB = 1024 * 1024
# Of a process, and of one tenant: the counts of a page take some 100 KiB.
MAX_BYTES = 64 * MIB
MAX_TENANT_BYTES = 16 * MIB


def new_version() -> int:
    """Return a version that no data had before, also in a database that was restored from a backup."""
    return secrets.randbits(62)


class _Entry(NamedTuple):
    value: Any
    bytes: int


@dataclass
class _TenantEntries:
    """The entries of one version of a tenant's data, the least recently used first."""

    version: int
    entries: OrderedDict[Hashable, _Entry] = field(default_factory=OrderedDict)
    bytes: int = 0

    def drop_oldest(self) -> int:
        """Drop the least recently used entry, and return its bytes."""
        _, dropped = self.entries.popitem(last=False)
        self.bytes -= dropped.bytes
        return dropped.bytes


class MemoryCache:
    """Values that were read, by tenant (or a part of its data that has versions of its own), version, and key.

    A value is found only by the version at which it was read, so none is ever stale. Values are shared and must not be
    changed. The size is bounded in bytes; the least recently used tenants and entries are dropped first.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, max_tenant_bytes: int = MAX_TENANT_BYTES) -> None:
        self._max_bytes, self._max_tenant_bytes = max_bytes, max_tenant_bytes
        self._tenants: OrderedDict[Hashable, _TenantEntries] = OrderedDict()
        self.bytes = 0

    def get(self, tenant: Hashable, version: int, key: Hashable) -> Any | None:
        """Return the value that was put under a key at this version, or None."""
        kept = self._tenants.get(tenant)
        if kept is None or kept.version != version or key not in kept.entries:
            return None
        self._tenants.move_to_end(tenant)
        kept.entries.move_to_end(key)
        return kept.entries[key].value

    def put(self, tenant: Hashable, version: int, key: Hashable, value: Any, bytes: int) -> None:
        """Keep a value of this size, and drop the entries of any other version of the tenant's data."""
        if bytes > self._max_tenant_bytes:
            return
        kept = self._tenants.get(tenant)
        if kept is None or kept.version != version:
            self._drop(tenant)
            kept = self._tenants[tenant] = _TenantEntries(version)
        if key in kept.entries:
            return  # another request read the same at the same time
        self._tenants.move_to_end(tenant)
        kept.entries[key] = _Entry(value, bytes)
        kept.bytes += bytes
        self.bytes += bytes
        while kept.bytes > self._max_tenant_bytes:
            self.bytes -= kept.drop_oldest()
        while self.bytes > self._max_bytes:
            self._drop(next(iter(self._tenants)))

    def _drop(self, tenant: Hashable) -> None:
        if dropped := self._tenants.pop(tenant, None):
            self.bytes -= dropped.bytes
