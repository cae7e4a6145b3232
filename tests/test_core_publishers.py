"""Who wrote an item: the outlet its address names, whatever carried it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.catalog.publishers import read_publishers
from tracker.core.publishers import POSTER, UNKNOWN, Directory, Publisher, bare_host, name_key, outlet_host

CONFIG = Path(__file__).resolve().parents[1] / "config"


@pytest.fixture(scope="module")
def directory() -> Directory:
    found, problems = read_publishers(CONFIG)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://www.reuters.com/article/x-idUSKBN17H034", "reuters"),
        ("http://mobile.reuters.com/article/idUSKBN14M18H", "reuters"),
        ("https://in.reuters.com/article/x", "reuters"),
        ("http://reut.rs/2abc", "reuters"),
        ("https://nyti.ms/2abc", "new-york-times"),
        ("https://mobile.nytimes.com/2018/03/08/x.html", "new-york-times"),
        ("https://wapo.st/x", "washington-post"),
        ("https://hill.cm/x", "the-hill"),
        ("https://cnn.it/x", "cnn"),
        ("http://edition.cnn.com/2018/x", "cnn"),
        ("http://edition-m.cnn.com/2018/x", "cnn"),
        ("https://apne.ws/x", "associated-press"),
        ("http://bbc.in/x", "bbc"),
        ("http://m.bbc.co.uk/news/x", "bbc"),
        ("https://amp.theguardian.com/world/x", "guardian"),
        ("https://www.google.com/amp/s/www.bbc.co.uk/news/amp/world-1", "bbc"),
        ("https://www.google.co.uk/amp/www.telegraph.co.uk/news/x/amp/", "telegraph"),
        ("https://www-cnbc-com.cdn.ampproject.org/c/s/www.cnbc.com/amp/2018/x.html", "cnbc"),
        ("https://amp-cnn-com.cdn.ampproject.org/v/", "cnn"),
        ("https://cdn.ampproject.org/c/s/apnews.com/1", "associated-press"),
        ("https://web.archive.org/web/20170124175533/https://www.treasury.gov/press-center/x", "us-treasury"),
        ("https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.npr.org%2Fx", "npr"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.upi.com%2Fx&h=1", "upi"),
        ("https://press.un.org/en/2017/sc12945.doc.htm", "united-nations"),
        ("https://m-en.yna.co.kr/view/AEN20200709000252325", "yonhap"),
        ("HTTPS://WWW.NKNEWS.ORG./2017/01/x/", "nk-news"),
        ("https://user:secret@www.dw.com:443/en/x", "deutsche-welle"),
        ("https://news.google.com/articles/CBMi", "google-news"),
        ("https://t.co/abc", "twitter"),
        ("http://newzpoints.blogspot.com/2017/x.html", "newzpoints.blogspot.com"),
        ("http://secrets.blogspot.be/2017/x.html", "secrets.blogspot.be"),
        ("https://medium.com/@someone/x", "medium-com"),
        ("https://www.some-paper.co.uk/x", "some-paper.co.uk"),
        ("https://news.some-paper.com/x", "some-paper.com"),
        ("http://192.0.2.7:8080/x", "192.0.2.7"),
        ("http://[2001:db8::1]/x", "2001:db8::1"),
    ],
)
def test_the_address_names_the_outlet(directory: Directory, url: str, id_: str) -> None:
    assert directory.find(url, "Somebody Else").id == id_


def test_kinds_decide_weight(directory: Directory) -> None:
    kinds = {
        "https://twitter.com/x/status/1": "social",
        "http://rumours.wordpress.com/1": "social",
        "https://www.msn.com/en-us/news/x": "carrier",
        "https://kcnawatch.org/newstream/1": "carrier",
        "http://www.kcna.kp/en/article/1": "state_media",
        "https://www.state.gov/x": "official",
        "https://tass.com/world/1": "agency",
        "https://unheard-of.example/x": "outlet",
    }
    assert {url: directory.find(url).kind for url in kinds} == kinds


def test_without_an_address_the_carriers_name_decides(directory: Directory) -> None:
    assert directory.find("", "  yonhap  NEWS Agency ").id == "yonhap"
    assert directory.find("", "조선중앙통신").id == "kcna"
    assert directory.find("", "www.bbc.co.uk").id == "bbc"
    assert directory.find("", "reddit-links") is UNKNOWN
    assert directory.find("", "no.such.host.example") is UNKNOWN
    assert directory.find("/r/worldnews/comments/1", "Reuters").id == "reuters", "a path is no address"


def test_a_carriers_outlet_is_known_by_its_front_page_or_name(directory: Directory) -> None:
    assert directory.carried("Some desk", "https://www.reuters.com").id == "reuters"
    assert directory.carried("Reuters", "").id == "reuters"
    assert directory.carried("", "https://www.paper.example/").id == "paper.example"
    assert directory.carried("", "") == UNKNOWN


def test_every_row_has_a_zone_and_state_media_are_the_norths(directory: Directory) -> None:
    rows = set(directory.by_host.values())
    assert len(rows) >= 120
    assert all("/" in row.zone or row.zone == "UTC" for row in rows)
    assert all(row.zone != "UTC" for row in rows if row.kind not in ("carrier", "social"))
    assert {"agency", "official", "state_media", "carrier", "social", "outlet"} == {row.kind for row in rows}


SMALL = Directory(
    {"bbc.com": Publisher("bbc", "BBC", "outlet", "Europe/London", ("bbc.com",))},
    {name_key("BBC"): Publisher("bbc", "BBC", "outlet", "Europe/London", ("bbc.com",))},
)


@given(st.text(max_size=60), st.text(max_size=20))
def test_find_is_total(url: str, source: str) -> None:
    found = SMALL.find(url, source)
    assert found.id
    assert found.zone


@given(st.text(alphabet="abc.:/[]@%?#&=-htpsgl", max_size=50))
def test_find_survives_near_addresses(rest: str) -> None:
    for start in ("https://", "http://www.google.com/url?q=", "https://cdn.ampproject.org/c/s/", "http://"):
        assert SMALL.find(start + rest, "").id


@given(st.from_regex(r"(?:[a-z]{1,6}\.){0,3}bbc\.com", fullmatch=True), st.text(max_size=10))
def test_with_an_address_the_source_never_decides(host: str, source: str) -> None:
    assert SMALL.find(f"https://{host}/news/a-1", source).id == "bbc"


@pytest.mark.parametrize("path", ["", "/", "/news", "/News/", "/news/#top"])
def test_a_front_page_names_no_article(path: str) -> None:
    assert SMALL.find(f"https://www.bbc.com{path}", "BBC") is POSTER
    assert SMALL.find("https://www.bbc.com/news/1", "BBC").id == "bbc"


@given(st.from_regex(r"(?:[a-z0-9-]{1,8}\.){1,4}[a-z]{2,3}", fullmatch=True))
def test_the_bare_host_is_a_suffix_and_stays_itself(host: str) -> None:
    bare = bare_host(host)
    assert host == bare or host.endswith("." + bare)
    assert bare_host(bare) == bare


def test_wrappers_end() -> None:
    inside = "https://www.google.com/url?q="
    assert outlet_host(inside * 30 + "https://bbc.com") in ("www.google.com", "bbc.com")
    assert outlet_host("https://www.google.com/url?q=") == "www.google.com"


def test_a_flood_of_hosts_does_not_fill_the_memory() -> None:
    directory = Directory({}, {})
    for number in range(20_050):
        directory.find(f"http://h{number}.example/x")
    assert len(directory._found) <= 20_000
