"""The parts of fetching that need no server: which addresses may be dialled, unpacking, what headers ask for."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

import pytest

from tracker.sources.bodies import BrokenBodyError, TooLargeError, unpacked
from tracker.sources.dialling import RefusedAddressError, addresses_to_dial, may_dial
from tracker.sources.hints import max_age_s, retry_after_s


def test_retry_after_in_seconds_and_as_a_date() -> None:
    headers = {"date": "Fri, 14 Aug 2026 06:00:00 GMT", "retry-after": "Fri, 14 Aug 2026 06:05:00 GMT"}
    assert retry_after_s(headers) == 300
    assert retry_after_s({"retry-after": " 120 "}) == 120
    assert retry_after_s({"retry-after": "soon"}) is None
    assert retry_after_s({"retry-after": "Fri, 99 Foo"}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": "s-maxage=60"}, None),
        ({"cache-control": "no-cache, max-age=60"}, None),
        ({"date": "Fri, 14 Aug 2026 06:00:00 GMT", "expires": "Fri, 14 Aug 2026 07:00:00 GMT"}, 3600),
        ({"date": "Fri, 14 Aug 2026 06:00:00 GMT", "expires": "0"}, None),
        ({}, None),
    ],
)
def test_cache_hints(headers: dict[str, str], seconds: int | None) -> None:
    assert max_age_s(headers) == seconds


def test_unpacking_stops_at_the_limit() -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        bomb = gzip.compress(b"\0" * 100_000_000)
        for start in range(0, len(bomb), 1000):
            taken += 1000
            yield bomb[start : start + 1000]

    with pytest.raises(TooLargeError):
        unpacked(chunks(), "gzip", 1_000_000)
    assert taken < 5_000
    with pytest.raises(BrokenBodyError, match="zstd"):
        unpacked([b""], "zstd", 10)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("10.1.2.3", False), ("100.64.0.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False), ("255.255.255.255", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("fe80::1", False), ("fd00::1", False), ("::", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert may_dial(ip_address(address), ()) is public
    assert may_dial(ip_address(address), [ip_network(address)])


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    def resolver(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(RefusedAddressError, match=r"127\.0\.0\.1"):
        addresses_to_dial("rebinding.example", 80, (), resolver)
    with pytest.raises(OSError, match="no address"):
        addresses_to_dial("nowhere.example", 80, (), lambda _host, _port: [])
