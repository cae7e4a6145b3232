"""Answers: what a server's answer comes to, as an outcome with a sentence for the operator."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from tracker.core.errors import SourceError
from tracker.core.polling import Feed, FeedState, Fetched, FetchOutcome
from tracker.sources.asking import DOCUMENTS, Answer
from tracker.sources.documents import read_document
from tracker.sources.hints import max_age_s, retry_after_s
from tracker.sources.walls import wall_of
from tracker.sources.weights import too_heavy

KEPT_BYTES = 64 * 1024
"""How much of a document that is no feed is kept for a look."""


def judged(feed: Feed, state: FeedState, answer: Answer) -> Fetched:
    """What an answer comes to; a document whose bytes are those of the last one is not parsed."""
    headers, status = answer.headers, answer.status
    said = Fetched(
        feed=feed.id,
        outcome="unchanged",
        status=status,
        detail="",
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
        size=len(answer.body),
        retry_after_s=retry_after_s(headers),
        max_age_s=max_age_s(headers),
        moved_to=answer.url if answer.moved and status in (*DOCUMENTS, 304) else "",
    )
    if status == 304 and (state.etag or state.last_modified):
        return replace(said, detail="not modified since the last fetch" + _moved(said))
    delta = status == 226 and "feed" in headers.get("im", "").lower()
    if status != 200 and not delta:
        outcome, detail = _refusal(answer)
        kept = answer.start if outcome == "bot_wall" else b""
        return replace(said, outcome=outcome, detail=detail, etag="", last_modified="", refused_body=kept)
    said = replace(said, body_hash=hashlib.sha256(answer.body).hexdigest(), delta=delta)
    if said.body_hash == state.body_hash:
        return replace(said, detail="the same document as at the last fetch" + _moved(said))
    heavy = too_heavy(answer.body)
    if heavy:
        return replace(said, outcome="not_a_feed", detail=f"the document {heavy}; it was not read",
                       refused_body=answer.body[:KEPT_BYTES])  # fmt: skip
    try:
        document = read_document(answer.body, headers.get("content-type", ""), answer.url, feed.zone, feed.lang)
    except SourceError as trouble:
        return _no_feed(said, answer, str(trouble))
    entries, said = document.entries, replace(said, update_s=document.update_s)
    if not entries and delta:
        return replace(said, detail="nothing new since the last fetch" + _moved(said))
    if not entries:
        return replace(said, outcome="empty", detail="the feed has no entries; a live feed always has some")
    counted = f"{len(entries)} {'new ' * delta}entries"
    return replace(said, outcome="ok", detail=counted + _moved(said), entries=entries)


def _no_feed(said: Fetched, answer: Answer, trouble: str) -> Fetched:
    kept = answer.body[:KEPT_BYTES]
    if not answer.body.strip():
        return replace(said, outcome="empty", detail=f"the document {trouble}")
    wall = wall_of(answer.status, answer.headers, kept)
    if wall:
        return replace(said, outcome="bot_wall", detail=_walled(wall, answer.status), refused_body=kept)
    return replace(said, outcome="not_a_feed", detail=f"the document {trouble}", refused_body=kept)


def _moved(said: Fetched) -> str:
    return f"; moved for good to {said.moved_to[:300]}, put that address into the configuration" * bool(said.moved_to)


def _walled(wall: str, status: int) -> str:
    return f"a bot wall ({wall}) answers instead of the feed ({status}); ask the publisher or use another source"


def _refusal(answer: Answer) -> tuple[FetchOutcome, str]:
    """The outcome and sentence for a status that brings no document."""
    status, headers = answer.status, answer.headers
    if status == 410:
        return "gone", "is gone for good, says the server (410); find the feed's new address"
    wall = wall_of(status, headers, answer.start)
    if wall:
        return "bot_wall", _walled(wall, status)
    if status in (429, 503):
        asked = headers.get("retry-after", "")
        return "rate_limited", f"asks us to come later ({status}" + (f", Retry-After {asked[:40]})" if asked else ")")
    if status == 404:
        return "http_error", "not found (404); check the address, it may have moved"
    if status in (401, 403):
        return "http_error", f"the server refuses us ({status}); ask the publisher or use another source"
    if status >= 500:
        return "http_error", f"the server has trouble of its own ({status})"
    return "http_error", f"answered with status {status}, which brings no feed"
