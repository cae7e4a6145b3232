"""By what an entry is recognised again, also where its feed's own ids cannot be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.days import Published
from tracker.core.identity import MOST_REVISIONS, Trace, identities, is_another, keeps_revision, reused_key
from tracker.core.items import Entry, item_key

AT = datetime(2024, 3, 5, 3, tzinfo=UTC)
ENTRY = Entry("id-1", "https://a.example/1?utm_source=feed", "Talks resume in the capital", "", Published.instant(AT))


def keys(*entries: Entry) -> list[str]:
    return [each.key for each in identities("feed", entries)]


def alikes(*entries: Entry) -> list[str]:
    return [each.alike for each in identities("feed", entries)]


def test_a_trusted_guid_is_the_key_whatever_else_changes() -> None:
    edited = replace(ENTRY, title="Talks break off", url="https://a.example/1-talks-break-off")
    assert keys(ENTRY) == keys(edited) == [item_key("feed", ENTRY)]


def test_a_guid_that_a_document_repeats_is_told_apart_by_address_then_title() -> None:
    other = replace(ENTRY, url="https://a.example/2", title="Grain arrives")
    assert len(set(keys(ENTRY, other))) == 2
    same_page = replace(ENTRY, title="Grain arrives")
    assert len(set(keys(ENTRY, same_page))) == 2
    twice = replace(ENTRY, url="https://a.example/1")
    assert len(set(keys(ENTRY, twice))) == 1, "the same entry twice, once with a tracking tail"


def test_entries_alike_are_found_again_under_any_id() -> None:
    renamed = replace(ENTRY, guid="id-2", url="http://www.a.example/1")
    assert keys(ENTRY) != keys(renamed)
    assert alikes(ENTRY) == alikes(replace(ENTRY, guid="id-2"))
    assert alikes(ENTRY) != alikes(replace(ENTRY, title="Another title"))
    opaque = replace(ENTRY, guid="", url="https://news.google.com/articles/x", source="Outlet")
    assert alikes(opaque, replace(ENTRY, url="")) == ["", ""], "no address to tell by"


def test_an_id_used_again_a_year_later_is_another_text() -> None:
    known = Trace(ENTRY.url, ENTRY.title, ENTRY.published)
    later = Published.instant(AT + timedelta(days=365))
    reused = replace(ENTRY, url="https://a.example/9", title="New year address", published=later)
    assert is_another(known, reused)
    assert reused_key("k" * 64, reused) != "k" * 64
    assert not is_another(known, replace(reused, url=ENTRY.url)), "the same page, edited"
    assert not is_another(known, replace(reused, title=ENTRY.title)), "the same title, moved"
    assert not is_another(known, replace(reused, published=ENTRY.published)), "the same day: an edit with a new slug"
    assert not is_another(known, replace(reused, published=Published.unknown())), "nobody can tell"


def test_a_text_that_changes_at_every_poll_is_not_kept_for_ever() -> None:
    assert keeps_revision(MOST_REVISIONS - 1, "Title", "Title")
    assert not keeps_revision(MOST_REVISIONS, "Title", "title ")
    assert keeps_revision(MOST_REVISIONS, "Title", "Correction: no such title"), "a correction is never lost"


words = st.text("ab ", max_size=4)
entries = st.builds(
    lambda guid, path, title: replace(ENTRY, guid=guid, url=f"https://a.example/{path}" if path else "", title=title),
    words,
    words,
    words,
)


@given(st.lists(entries, max_size=6))
def test_identities_are_steady_and_follow_the_entries(found: list[Entry]) -> None:
    made = identities("feed", found)
    assert made == identities("feed", found)
    backwards = identities("feed", found[::-1])
    assert [each.key for each in made] == [each.key for each in backwards][::-1], "order changes nothing"
    assert all(len(each.key) == 64 for each in made)
    for one, two in zip(found, made, strict=True):
        if found.count(one) > 1:
            assert [made[n].key for n, each in enumerate(found) if each == one].count(two.key) == found.count(one)
