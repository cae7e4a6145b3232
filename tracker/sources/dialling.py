"""Which addresses may be dialled: the public internet, and the networks an operator allows."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]


class RefusedAddressError(Exception):
    """The host leads to an address that this program must not dial; the message names both."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host as text, in the system's order; raises OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_to_dial(host: str, port: int, allow: Sequence[Network], resolver: Resolver = resolve) -> list[Address]:
    """The checked addresses of a host, which are then dialled themselves: the name is not asked a second time,
    so that it cannot answer differently (DNS rebinding).

    Raises RefusedAddressError when any of them is private, loopback, link-local, a cloud's metadata service or
    otherwise not public and not in ``allow``; OSError when the host has no address.
    """
    with suppress(ValueError):
        return [_checked(host, ip_address(host), allow)]
    addresses = [_checked(host, ip_address(text.split("%", 1)[0]), allow) for text in resolver(host, port)]
    if not addresses:
        raise OSError(f"{host} has no address")
    return addresses


def _checked(host: str, address: Address, allow: Sequence[Network]) -> Address:
    if may_dial(address, allow):
        return address
    raise RefusedAddressError(
        f"{host} leads to {address}, which is not on the public internet; TRACKER_FETCH_ALLOW can permit it"
    )


def may_dial(address: Address, allow: Sequence[Network]) -> bool:
    """Whether an address is public or in one of the allowed networks (also as the IPv4 address inside an IPv6)."""
    forms = [address, *_inside(address)]
    if any(form in network for form in forms for network in allow if form.version == network.version):
        return True
    return all(form.is_global and not form.is_multicast and not form.is_reserved for form in forms)


def _inside(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address carries (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return []
    carried: list[Address] = [form for form in (address.ipv4_mapped, address.sixtofour) if form is not None]
    if address.teredo is not None:
        carried.extend(address.teredo)
    if address in IPv6Network("64:ff9b::/96"):
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return carried
