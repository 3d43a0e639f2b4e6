"""Addresses, as far as they tell one client from another."""

from ipaddress import IPv6Address, ip_address

NETWORK = 64  # bits of an IPv6 address; who has one has all that begin with them


def network(address: str) -> str:
    """Whom an address stands for: all of an IPv6 network; IPv4 is the same in either writing."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> NETWORK << NETWORK))
