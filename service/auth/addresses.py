"""Client addresses, reduced to what identifies one client."""

from ipaddress import IPv6Address, ip_address

NETWORK = 64  # bits of an IPv6 address that identify a client: a client has all addresses with this prefix


def network(address: str) -> str:
    """Return the key of an address's client: the network of an IPv6 address; IPv4 is the same in either notation."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> NETWORK << NETWORK))
