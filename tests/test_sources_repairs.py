"""Documents that are no XML, made into XML again."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.bench.mutations import CHANGES, mutated
from tracker.core.errors import SourceError
from tracker.sources.documents import parse, parse_record
from tracker.sources.markup import _shown, _without_tags
from tracker.sources.repairs import balanced, mended
from tracker.sources.trees import LONGEST_NAME, tree


@pytest.mark.parametrize(
    ("spoilt", "whole"),
    [
        ("a & b", "a &amp; b"),
        ("a &nbsp;b", "a \xa0b"),
        ("a &amp; &#39; &#x2019;", "a &amp; &#x27; ’"),
        ("&#150;&#0;&#55296;", "–\ufffd\ufffd"),
        ("&unknown;", "&amp;unknown;"),
        ("x < 3 <3", "x &lt; 3 &lt;3"),
        ("x ]]> y", "x ]]&gt; y"),
        ("<![CDATA[a & b", "<![CDATA[a & b]]>"),
        ("<a>b\x08</a><c", "<a>b</a>"),
        ("<!-- & -->&", "<!-- & -->&amp;"),
    ],
)
def test_signs_are_mended_outside_of_cdata(spoilt: str, whole: str) -> None:
    assert mended(spoilt) == whole


@pytest.mark.parametrize(
    ("spoilt", "whole"),
    [
        ("<r><a>1</r>", "<r><a>1</a></r>"),
        ("<r><a>1</b></a></r>", "<r><a>1</a></r>"),
        ("<r><item>1<item>2</r>", "<r><item>1</item><item>2</item></r>"),
        ("<r><item><title>1<link>2</link></item></r>", "<r><item><title>1</title><link>2</link></item></r>"),
        ("<r><d>1<br>2<p>3<p>4</d></r>", "<r><d>1<br/>2<p>3</p><p>4</p></d></r>"),
        ("<R><A>1</a></r>", "<R><A>1</A></R>"),
        ("<r a=1 a='2' b>x</r>", '<r a="1">x</r>'),
        ("<r><![CDATA[<a>]]></r><b>late</b>", "<r><![CDATA[<a>]]><b>late</b></r>"),
        ("before<r/>", "<r></r>"),
    ],
)
def test_every_element_begins_and_ends(spoilt: str, whole: str) -> None:
    assert balanced(spoilt) == whole


TAGS = st.lists(
    st.sampled_from(["<a>", "</a>", "<b x=1>", "</b>", "<item>", "</item>", "<br>", "<a/>", "t", "<![CDATA[", "]]>",
                     "<!--", "-->", "&", "<", "<title>", "<p>"]),
    max_size=30,
).map("".join)  # fmt: skip


@given(TAGS)
def test_what_is_balanced_is_xml_and_stays_as_it_is(inside: str) -> None:
    whole = balanced(mended(f"<r>{inside}"))
    assert tree(whole) is not None
    assert balanced(whole) == whole
    assert whole.count("<item") <= inside.count("<item")


PLAIN = st.lists(
    st.sampled_from(["<b>", "</b>", "<p>", "</p>", "<p class='x>'>", '<a href="a&b">', "</a>", "<br/>", "x", "y ",
                     "&amp;", "&lt;", "&nbsp;", "1 < 2", ">", "<li>", "<img src=a onerror='x'>", "</ div>", "\n"]),
    max_size=8,
).map("".join)  # fmt: skip


@given(PLAIN)
def test_plain_markup_leaves_as_a_browsers_parser_would_take_it(markup: str) -> None:
    assert "".join(_without_tags(markup).split()) == "".join(_shown(markup).split())


SEEDS = [
    b"<rss><channel><item><title>a</title><link>http://e.example/?a=1</link><guid>g</guid><description><![CDATA[<p>x"
    b"</p>]]></description></item><item><title>b</title></item></channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>i</id><title type="html">&lt;b&gt;t</title></entry></feed>',
]


@given(st.integers(0, 2**32))
def test_any_mutation_gives_an_answer(seed: int) -> None:
    for data in mutated(SEEDS, 3, seed):
        record = parse_record("x", data, "text/xml", "https://example.org/")
        assert record["error"] is None or record["entries"] == []
    assert len(CHANGES) > 10


def repeated(piece: str, count: int = 400_000) -> str:
    return piece * count


@pytest.mark.parametrize(
    "inside",
    [
        repeated("&"), repeated("&aa;"), repeated("<"), repeated("<!--"), repeated("<![CDATA["), repeated("<a "),
        repeated("</c>"), repeated("<br>", 200_000), repeated('<a b="'), repeated("<?a "), repeated("]]>"),
        "<b>" * 150 + repeated("</c>", 200_000), repeated("<link>", 200_000), repeated("<guid/>", 200_000),
    ],
)  # fmt: skip
def test_marks_without_end_cost_bounded_time(inside: str) -> None:
    start = time.process_time()
    record = parse_record("x", f"<rss><channel><item><title>t</title><description>{inside}".encode())
    assert record["error"] or len(record["entries"]) == 1
    assert time.process_time() - start < 5


@pytest.mark.parametrize("data", ['<rss xmlns="{}"><channel/></rss>', "<{0}><item/></{0}>"])
def test_names_without_end_are_refused(data: str) -> None:
    with pytest.raises(SourceError, match="name"):
        parse(data.format("u" * (LONGEST_NAME + 1)).encode())


def test_a_bases_length_is_bounded() -> None:
    items = "<item><link>x</link></item>" * 1000
    data = f'<rss xml:base="http://e.example/{"a/" * 500_000}"><channel>{items}</channel></rss>'.encode()
    start = time.process_time()
    assert len(parse(data)) == 1000
    assert time.process_time() - start < 2
