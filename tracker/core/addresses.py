"""Web addresses: the one form in which two spellings of the same page are recognised as the same."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

LONGEST_URL = 4096
"""Longer addresses are compared as they came: no page that people link to has one."""

TRACKING = frozenset(
    {
        "__twitter_impression", "_ga", "_gl", "amp", "amp_js_v", "ampshare", "cmp", "cmpid", "cmp_id", "dclid",
        "dicbo", "fb_action_ids", "fb_ref", "fbclid", "feature", "feedname", "feedtype", "ftag", "gclid", "gclsrc",
        "guccounter", "guce_referrer", "guce_referrer_sig", "igshid", "igsh", "ito", "mbid", "mc_cid", "mc_eid",
        "mkt_tok", "msclkid", "ncid", "ncl", "ns_campaign", "ns_mchannel", "ns_source", "ocid", "outputtype", "ref_src",
        "ref_url", "rpc", "rss", "sfnsn", "smid", "smtyp", "soc_src", "soc_trk", "spref", "sr_share", "taid", "twclid",
        "usqp", "wbraid", "gbraid", "wt.mc_id", "xtor", "yclid",
    }
)  # fmt: skip
"""Query parameters that name the reader's way to a page, never the page. All lower case."""

TRACKING_PREFIXES = ("utm_", "at_", "pk_", "mtm_", "hsa_", "_hs", "trk_", "guce_")

_TWIN_HOSTS = ("www.", "m.", "mobile.", "amp.")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "go", "gov", "mil", "ne", "net", "or", "org", "re"})
_AMP_PATH = re.compile(r"(?:(?:/amp|/amp\.html|\.amp)/?)+$", re.IGNORECASE)
_CARRIED = re.compile(r"^/(?:amp/s|c/s|v/s|c|v|amp)/(?P<rest>[^/]+\.[^/]+(?:/.*)?)$")
_AMP_CARRIERS = re.compile(r"^(?:.+\.)?cdn\.ampproject\.org$|^(?:www\.)?google(?:\.[a-z]{2,3}){1,2}$")
_SIMPLE = re.compile(
    r"https?://(?P<host>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9})(?P<path>(?:/[A-Za-z0-9._~-]{1,500}){0,30})/?"
    r"(?:\?(?P<query>[A-Za-z0-9._~=&-]{0,500}))?(?:#[A-Za-z0-9._~-]{0,100})?"
)
"""Most addresses: nothing in them is written in two ways, so they need not be taken apart."""
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)(?=[/?#]|$)")
_ESCAPE = re.compile(r"(%[0-9A-Fa-f]{2})")
_NO_HOST = re.compile(r"[\s<>\"'`{}|\\^@]")
_SAFE = "!$&'()*+,;=:@/~-._"


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The address under which a page is recognised: an identity, not necessarily one that opens.

    https for http, host in lower case without default port, user or ``www.``, ``m.``, ``mobile.``, ``amp.``;
    AMP paths and AMP carriers unfolded; tracking parameters and the fragment dropped, the rest in order of
    name; percent-encoding in one form; no slash at the end. What is no http(s) address comes back stripped.
    Applying it twice changes nothing.
    """
    simple = _SIMPLE.fullmatch(url)
    if simple is not None and not _AMP_CARRIERS.match(simple["host"]) and "amp" not in simple["path"].lower():
        kept = sorted(
            pair for pair in (simple["query"] or "").split("&") if pair and not _tracks(pair.split("=", 1)[0])
        )
        return f"https://{_host(simple['host'])}{simple['path']}" + (f"?{'&'.join(kept)}" if kept else "")
    url = (url if url.isprintable() else "".join(filter(str.isprintable, url))).strip()
    if len(url) > LONGEST_URL:
        return url
    for _ in range(LONGEST_URL):  # unfolding one carrier may show another; each turn is shorter
        once = _canonical(url)
        if once == url:
            break
        url = once
    return url


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host an address names, in lower case and without a dot at its end; empty when there is none."""
    if plain := _PLAIN_HOST.match(url):
        return plain[1].rstrip(".")
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _canonical(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url.strip()
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host or _NO_HOST.search(host):
        return url.strip()
    carried = _CARRIED.match(parts.path) if _AMP_CARRIERS.match(host) else None
    if carried:
        return f"https://{carried['rest']}" + (f"?{parts.query}" if parts.query else "")
    where = _host(host) + ("" if port is None or port == DEFAULT_PORTS[scheme] else f":{port}")
    query = _query(parts.query)
    return f"https://{where}{_path(parts.path)}" + (f"?{query}" if query else "")


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = quote(host, safe="")
    host = host.lower()
    while twin := next((prefix for prefix in _TWIN_HOSTS if host.startswith(prefix)), ""):
        if not _has_owner(host[len(twin) :]):
            break
        host = host[len(twin) :]
    return host


def _has_owner(host: str) -> bool:
    """Whether a host still names an owner ("m.co.kr" without its m. would be a whole country's companies)."""
    labels = host.split(".")
    return len(labels) > 2 or (len(labels) == 2 and not (labels[0] in _SECOND_LEVEL and len(labels[1]) == 2))


def _path(path: str) -> str:
    path = _encoded(_AMP_PATH.sub("", path))
    return path.rstrip("/")


def _query(query: str) -> str:
    kept = [_encoded(pair) for pair in query.split("&") if pair and not _tracks(pair.split("=", 1)[0])]
    return "&".join(sorted(kept))


def _tracks(name: str) -> bool:
    name = name.lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _encoded(text: str) -> str:
    """One spelling of percent-encoding: unreserved signs bare, everything else upper-case hexadecimal."""
    if "%" not in text and text.isascii() and text.isalnum():
        return text
    parts = _ESCAPE.split(text)
    return "".join(_escape(part) if index % 2 else quote(part, safe=_SAFE) for index, part in enumerate(parts))


def _escape(escape: str) -> str:
    """The unreserved sign an escape such as "%7E" stands for, else the escape in capitals."""
    sign = chr(int(escape[1:], 16))
    return sign if sign.isascii() and (sign.isalnum() or sign in "-._~") else escape.upper()
