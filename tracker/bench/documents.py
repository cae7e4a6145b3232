"""Generated feed documents: the same for the same numbers, invented from end to end."""

from __future__ import annotations

import html
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

_ENGLISH_WORDS = """
ministry statement talks launch border envoy council drill harbour agency report summit sanctions river army
delegation meeting morning objects sea eastern coast officials said denied announced joint exercise radar test range
paper market winter grain rail bridge visit letter offer refusal panel members vote measure island patrol vessel crew
"""
_KOREAN_WORDS = """
정부 회담 발사 군 당국 북한 동해 훈련 제재 성명 외무성 대표단 회의 오전 오후 발표 확인 부인 공동 연습 시험 항구 철도
다리 방문 서한 제안 거부 위원회 표결 조치 섬 순찰 선박 시장 겨울 곡물 강 국경 특사 보고 관계자 밝혔다 전했다 말했다
"""
_ENGLISH, _KOREAN = tuple(_ENGLISH_WORDS.split()), tuple(_KOREAN_WORDS.split())
_FIRST_AT = datetime(2026, 8, 14, 6, 20, tzinfo=UTC)
_KOREAN_SHARE = 0.2
_BODY_SIGNS = (900, 1500)
"""Text of a body, before its markup: entries come to two or three kilobytes, as those that were measured."""


def rss(entries: int, seed: int = 0, drawn: random.Random | None = None) -> str:
    """An RSS 2.0 document of a desk: HTML bodies in CDATA, a summary, categories."""
    draw = drawn or random.Random(seed)  # noqa: S311  # a bench must draw the same every time
    items = "".join(_rss_item(draw, number) for number in range(entries))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/'
        'content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        "<title>Desk</title><link>https://desk.example.org/</link><description>All of it</description><ttl>15</ttl>"
        f'<language>en</language><atom:link href="https://desk.example.org/feed" rel="self"/>{items}</channel></rss>\n'
    )


def atom(entries: int, seed: int = 0) -> str:
    """An Atom 1.0 document: escaped HTML contents, a summary."""
    draw = random.Random(seed)  # noqa: S311  # a bench must draw the same every time
    inside = "".join(_atom_entry(draw, number) for number in range(entries))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        '<title>Blog</title><id>https://blog.example.org/</id><link rel="self" href="https://blog.example.org/atom"/>'
        f'<link href="https://blog.example.org/"/><updated>2026-08-14T06:20:00Z</updated>{inside}</feed>\n'
    )


def carrier(entries: int, seed: int = 0) -> str:
    """An RSS document such as a news search gives: long opaque links, outlet in the title and in ``source``, a list of
    links as description."""
    draw = random.Random(seed)  # noqa: S311  # a bench must draw the same every time
    items = "".join(_carrier_item(draw, number) for number in range(entries))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rss version="2.0" xmlns:media="http://search.yahoo.com'
        '/mrss/"><channel><generator>NFE/5.0</generator><title>"north" - Search</title><link>https://news.google.com/'
        f"search?q=north</link><language>en-US</language><description>Search</description>{items}</channel></rss>"
    )


def damaged(entries: int, seed: int) -> bytes:
    """A feed as the open web has them: one in three is spoilt, each in one of a dozen ways that are met daily."""
    draw = random.Random(seed)  # noqa: S311  # a bench must draw the same every time
    text = draw.choice(tuple(SHAPES.values()))(entries, seed)
    return draw.choice(_DAMAGES)(text) if draw.random() < _DAMAGED_SHARE else text.encode()


_DAMAGED_SHARE = 1 / 3
_DTD = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://dtd.example.org/rss-0.91.dtd">'

_DAMAGES: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.replace("?>", "?>" + _DTD, 1).encode(),
    lambda text: (
        text.replace("?>", '?><!DOCTYPE x [<!ENTITY nbsp "&#160;">]>', 1).replace(" talks", "&nbsp;talks").encode()
    ),
    lambda text: text.replace(" talks", " & talks").encode(),
    lambda text: text.replace(" talks", "&rsquo;s talks&nbsp;").encode(),
    lambda text: text.replace(" talks", "\x0b talks").encode(),
    lambda text: text[: len(text) * 9 // 10].encode(),
    lambda text: ("\n\n" + text + "<!-- page made in 0.2 s -->\n<script></script>").encode(),
    lambda text: text.replace("<![CDATA[", "").replace("]]>", "").encode(),
    lambda text: text.replace("<![CDATA[<p>", "<p>").replace("</p>]]>", "<br>").encode(),
    lambda text: text.replace('encoding="UTF-8"', 'encoding="EUC-KR"', 1).encode("cp949", "replace"),
    lambda text: text.encode("utf-16"),
    lambda text: text.replace("<channel>", "<channel><media:thumb url='a?b=1&c=2'/>", 1).encode(),
    lambda text: text.replace("</item>", "", 1).replace("</entry>", "", 1).encode(),
)


SHAPES: dict[str, Callable[[int, int], str]] = {"RSS": rss, "Atom": atom, "carrier": carrier}


def _words(draw: random.Random, signs: int) -> str:
    words = _KOREAN if draw.random() < _KOREAN_SHARE else _ENGLISH
    told, length = [], 0
    while length < signs:
        word = draw.choice(words)
        told.append(word)
        length += len(word) + 1
    return " ".join(told)


def _body(draw: random.Random) -> str:
    left = draw.randint(*_BODY_SIGNS)
    parts = []
    while left > 0:
        signs = min(left, draw.randint(120, 500))
        text = html.escape(_words(draw, signs))
        parts.append(f'<p>{text} &amp; <a href="https://desk.example.org/{draw.randrange(10**6)}">{text[:20]}</a>.</p>')
        left -= signs
    parts.append('<figure><img src="https://desk.example.org/p.jpg" alt="" width="640"/></figure>')
    return "\n".join(parts)


def _rss_item(draw: random.Random, number: int) -> str:
    at = format_datetime(_FIRST_AT - timedelta(minutes=7 * number))
    link = f"https://desk.example.org/2026/08/{number}-{draw.randrange(10**9)}"
    return (
        f"<item><title>{html.escape(_words(draw, 60))}</title><link>{link}?utm_source=rss</link>"
        f"<dc:creator><![CDATA[Desk]]></dc:creator><pubDate>{at}</pubDate><category><![CDATA[World]]></category>"
        f'<guid isPermaLink="false">{link}</guid><description><![CDATA[<p>{_words(draw, 180)} [&#8230;]</p>]]>'
        f"</description><content:encoded><![CDATA[{_body(draw)}]]></content:encoded></item>\n"
    )


def _atom_entry(draw: random.Random, number: int) -> str:
    at = (_FIRST_AT - timedelta(minutes=7 * number)).isoformat()
    link = f"https://blog.example.org/{number}-{draw.randrange(10**9)}"
    return (
        f"<entry><title>{html.escape(_words(draw, 60))}</title><id>{link}</id><link href='{link}'/>"
        f"<published>{at}</published><updated>{at}</updated><author><name>Desk</name></author>"
        f'<summary>{html.escape(_words(draw, 180))}</summary><content type="html">{html.escape(_body(draw))}</content>'
        "</entry>\n"
    )


def _carrier_item(draw: random.Random, number: int) -> str:
    at = (_FIRST_AT - timedelta(minutes=7 * number)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    title, outlet = _words(draw, 70), f"{draw.choice(_ENGLISH).title()} Herald"
    opaque = "".join(draw.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", k=320))
    link = f"https://news.google.com/rss/articles/CBMi{opaque}?oc=5"
    listed = "".join(
        f'<li><a href="{link}" target="_blank">{_words(draw, 70)}</a>&nbsp;&nbsp;'
        f'<font color="#6f6f6f">{outlet}</font></li>'
        for _ in range(3)
    )
    return (
        f'<item><title>{title} - {outlet}</title><link>{link}</link><guid isPermaLink="false">CBMi{opaque}</guid>'
        f"<pubDate>{at}</pubDate><description>{html.escape(f'<ol>{listed}</ol>')}</description>"
        f'<source url="https://www.{outlet.split()[0].lower()}.example">{outlet}</source></item>'
    )
