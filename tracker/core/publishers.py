"""Who wrote an item: outlets, agencies, ministries, state media, by the host its address names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

PublisherKind = Literal["official", "state_media", "agency", "outlet", "social", "carrier", "unknown"]


@dataclass(frozen=True, slots=True)
class Publisher:
    """``id`` is stable and short ("reuters", or the bare host where no table names it); ``zone`` is the IANA
    zone of its editors; ``hosts`` are registrable hosts, of which subdomains count too. ``hosting`` marks a
    platform on which every subdomain is another writer (a blog host)."""

    id: str
    name: str
    kind: PublisherKind
    zone: str
    hosts: tuple[str, ...] = ()
    lang: str = "en"
    hosting: bool = False


UNKNOWN = Publisher("unknown", "unknown publisher", "unknown", "UTC")

POSTER = Publisher("poster", "whoever posted the link", "social", "UTC")
"""Who speaks beside a link that leads to no article."""

_SECTIONS = frozenset(
    {
        "news",
        "world",
        "asia",
        "international",
        "home",
        "index",
        "index.html",
        "index.htm",
        "en",
        "english",
        "us",
        "uk",
        "live",
        "latest",
        "breaking",
        "politics",
        "nhkworld",
        "ko",
        "kr",
    }
)
"""Paths of one part that lead to a front page or a section, never to an article."""

_NO_PUBLISHER: Mapping[str, Publisher] = {}
_SECOND_LEVEL = frozenset(
    ("ac", "co", "com", "ed", "edu", "go", "gob", "gov", "gv", "ltd", "mil", "ne", "net", "or", "org", "re")
)
"""Labels that, before a country code, belong to the registry and not to the name: co.uk, go.jp, or.kr."""

_AMP_CACHE = "cdn.ampproject.org"
_HOPS = 4
"""Wrapped addresses inside wrapped addresses are followed this far and no further."""

_CACHED_HOSTS = 20_000
"""A hostile archive can name any number of hosts; beyond this the cache starts anew."""


@dataclass(frozen=True, slots=True)
class Directory:
    """All publishers of the table, found by host; ``names`` finds them by the name a carrier gives.

    ``by_name`` holds names as ``name_key`` writes them.
    """

    by_host: Mapping[str, Publisher]
    by_name: Mapping[str, Publisher] = field(default_factory=lambda: _NO_PUBLISHER)
    _found: dict[str, Publisher] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What a host came to: a pure function's memory, so it changes nothing but the time it takes."""

    def find(self, url: str, source: str = "") -> Publisher:
        """The publisher of an item, by the outlet its address names, else by its carrier's ``source``.

        Never raises. AMP caches, archive copies and redirect links are seen through offline. A host that no
        table names is its own publisher: kind "outlet" and zone UTC, which is a stand-in and not a finding.
        Where there is an http(s) address, ``source`` never decides. An address that leads to a front page names
        no article: what stands beside it are the words of whoever posted it, not the outlet's.
        """
        host = outlet_host(url)
        if not host:
            return self._named(source)
        if not names_article(url):
            return POSTER
        found = self._found.get(host)
        if found is None:
            if len(self._found) >= _CACHED_HOSTS:
                self._found.clear()
            found = self._found[host] = self._hosted(host)
        return found

    def carried(self, source: str, source_url: str) -> Publisher:
        """The outlet that a carrier names for an entry whose own link is opaque: by the outlet's address, which
        is its front page, else by its name."""
        host = outlet_host(source_url)
        return self._hosted(host) if host else self._named(source)

    def _hosted(self, host: str) -> Publisher:
        for suffix in _suffixes(host):
            row = self.by_host.get(suffix)
            if row is not None:
                if row.hosting and host != suffix:
                    writer = _plain(host)
                    return Publisher(writer, writer, row.kind, row.zone, (writer,), row.lang)
                return row
        bare = bare_host(host)
        return Publisher(bare, bare, "outlet", "UTC", (bare,))

    def _named(self, source: str) -> Publisher:
        found = self.by_name.get(name_key(source))
        if found is None and "." in source:
            host = outlet_host("https://" + source.strip())
            found = next((self.by_host[each] for each in _suffixes(host) if each in self.by_host), None)
        return found or UNKNOWN


def names_article(url: str) -> bool:
    """Whether the address can be that of one article, and not a front page or the front of a section.

    Seen in 2017: posts with invented launches that link an outlet's front page ("/", "/news").
    """
    if plain := _PLAIN.fullmatch(url):
        where, query = plain[2] or "", plain[3] or ""
    else:
        parts = urlsplit(url.strip())
        where, query = parts.path, parts.query
    path = [part.lower() for part in where.split("/") if part]
    return bool(query) or len(path) > 1 or (len(path) == 1 and path[0] not in _SECTIONS)


def name_key(name: str) -> str:
    """How a publisher's name is compared: case and spacing do not count."""
    return " ".join(name.casefold().split())


def outlet_host(url: str) -> str:
    """The host that an http(s) address is really about, lower case, without port; empty for anything else."""
    host = ""
    for _ in range(_HOPS):
        parts = _split(url)
        if parts is None:
            return host
        host, path, query = parts
        inner = _wrapped(host, path, query)
        if not inner or inner == url:
            return host
        url = inner
    return host


def bare_host(host: str) -> str:
    """The registrable part of a host as well as it can be told without a list: two labels, or three where
    the second is a registry's own (bbc.co.uk). A numeric address stays whole."""
    labels = host.split(".")
    if len(labels) <= 2 or _is_address(host):
        return host
    keep = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])


_PLAIN = re.compile(r"https?://([a-z0-9.-]+)(/[!-\"$->@-~]*)?(?:\?([!-\"$-~]*))?")
"""Most addresses, in parts: host, path, query."""


def _split(url: str) -> tuple[str, str, str] | None:
    if plain := _PLAIN.fullmatch(url):
        return plain[1].strip("."), plain[2] or "", plain[3] or ""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").strip(".").lower()
    except ValueError:  # a port or an IPv6 address that is none: seen in spam links
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    return host, parts.path, parts.query


def _wrapped(host: str, path: str, query: str) -> str:
    """The address inside a wrapper's address; empty when this is no wrapper."""
    if host == _AMP_CACHE or host.endswith("." + _AMP_CACHE):
        return _amp_cached(host, path)
    if re.fullmatch(r"(?:www\.)?google\.(?:com?\.)?[a-z]{2,3}", host):
        if path.startswith("/amp/"):
            return _joined(path.removeprefix("/amp/").removeprefix("s/"))
        if path == "/url":
            return _first(query, ("q", "url"))
    if host == "web.archive.org":
        copy = re.match(r"/web/[^/]+/(.+)", path)
        return _joined(copy[1]) if copy else ""
    if host in ("l.facebook.com", "lm.facebook.com"):
        return _first(query, ("u",))
    return ""


def _amp_cached(host: str, path: str) -> str:
    """cdn.ampproject.org/c/s/HOST/..., or HOST coded into the first label ("a-b" is a.b, "--" is "-")."""
    inside = re.match(r"/(?:[a-z]/)(?:s/)?([^/?]+\.[^/?]+)(/.*)?", path)
    if inside:
        return _joined(inside[1] + (inside[2] or ""))
    label = host.removesuffix(_AMP_CACHE).strip(".")
    coded = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    return _joined(coded) if "." in coded else ""


def _joined(rest: str) -> str:
    rest = unquote(rest) if "%3A" in rest[:12] or "%3a" in rest[:12] else rest
    return rest if re.match(r"https?:/", rest) else "https://" + rest.lstrip("/")


def _first(query: str, keys: tuple[str, ...]) -> str:
    try:
        values = parse_qs(query)
    except ValueError:  # more fields than any real address has
        return ""
    return next((values[key][0] for key in keys if values.get(key)), "")


def _suffixes(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def _plain(host: str) -> str:
    return re.sub(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.]+)", "", host)


def _is_address(host: str) -> bool:
    return ":" in host or re.fullmatch(r"[\d.]+", host) is not None
