"""Bot walls: the pages that stand in front of a site and answer a program instead of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LOOKED_AT = 64 * 1024
"""Bytes of an answer that are searched for a wall's marks."""

WALLED = frozenset({200, 202, 401, 403, 405, 406, 429, 503})
"""Statuses with which walls answer; 202 and 405 are AWS WAF's own."""


_REFUSING = frozenset({401, 403, 405, 406})


@dataclass(frozen=True, slots=True)
class _Wall:
    """One vendor. ``headers`` are carried only by a challenge, ``texts`` (lower case) stand only on its page: what
    a wall adds to every page of a site (its sensors) is no mark. ``beside`` are headers and starts of cookies that
    every visitor gets, so they speak only where a page with a refusing status comes with them."""

    name: str
    headers: tuple[str, ...] = ()
    texts: tuple[bytes, ...] = ()
    beside: tuple[str, ...] = ()


# The marks are those that public projects which detect these pages look for.
_WALLS = (
    _Wall(
        "Cloudflare",
        ("cf-mitigated",),
        (b"_cf_chl_opt", b"__cf_chl_", b"cf-browser-verification", b"orchestrate/chl_page", b"orchestrate/jsch",
         b"attention required! | cloudflare", b"used cloudflare to restrict access", b"<title>just a moment..."),
    ),
    _Wall("Akamai", (), (b"errors.edgesuite.net", b"/_sec/cp_challenge/", b"sec-if-cpt-container"), ("_abck", "bm_sz")),
    _Wall("DataDome", (), (b"captcha-delivery.com",), ("x-datadome", "x-dd-b", "datadome=")),
    _Wall(
        "Imperva",
        (),
        (b"incapsula incident id", b"request unsuccessful. incapsula", b'<iframe id="main-iframe" src="/_incapsula_'),
        ("incap_ses_", "visid_incap_"),
    ),
    _Wall("PerimeterX", ("x-px-block",), (b"px-captcha", b"captcha.px-cdn.net"), ("_px",)),
    _Wall("AWS WAF", ("x-amzn-waf-action",), (b"window.gokuprops", b"awswafcookiedomainlist"), ("aws-waf-token",)),
    _Wall("Sucuri", (), (b"sucuri website firewall", b"sucuri_cloudproxy_js")),
    _Wall("DDoS-Guard", (), (b"/.well-known/ddos-guard/js-challenge", b"check.ddos-guard.net"), ("__ddg",)),
    _Wall("Vercel", ("x-vercel-mitigated",), (b"vercel security checkpoint",)),
    _Wall("Anubis", (), (b"anubis_challenge", b"/.within.website/x/cmd/anubis/")),
    _Wall("Kasada", (), (), ("x-kpsdk-ct",)),
)  # fmt: skip

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?>(?:<!--.*?-->\s*)*)<(?:!doctype\s+html|html|head|body|script)\b", re.I | re.S
)
_ASKS = re.compile(rb"<title>[^<]{0,80}(?:captcha|are you (?:a )?human|bot verification|security check)", re.I)


def wall_of(status: int, headers: Mapping[str, str], start: bytes) -> str:
    """The name of the wall that gave this answer, empty when it is none.

    ``headers`` by lower-case name, ``start`` the first bytes of the unpacked body. To be asked only about answers
    that are no feed: a feed may well write about these firms.
    """
    if status not in WALLED:
        return ""
    named = next((wall.name for wall in _WALLS if any(name in headers for name in wall.headers)), "")
    if named or not _PAGE.match(start[:LOOKED_AT]):
        return named
    # A page that says "too many requests" in a wall's own frame asks for patience, not for a browser.
    text = b"" if status == 429 else start[:LOOKED_AT].lower()
    carried = [*headers, *(cookie.strip() for cookie in headers.get("set-cookie", "").lower().split(","))]
    for wall in _WALLS:
        if any(mark in text for mark in wall.texts):
            return wall.name
        if status in _REFUSING and wall.beside and any(each.startswith(wall.beside) for each in carried):
            return wall.name
    return "an unknown wall" if _ASKS.search(text) else ""
