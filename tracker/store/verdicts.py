"""Verdicts: a changed one is a new row; the scoreboard names the rows in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.core.timeline import View
from tracker.core.verdicts import Implied, Outlook, Reason, Turn, Verdict
from tracker.store.engine import Tx
from tracker.store.schema import config_snapshots, meta, scoreboard, verdicts


def keep(tx: Tx, view: View, judged: Sequence[tuple[Verdict, str]], config_hash: str, recorded_at: datetime) -> int:
    """Make these the verdicts in force under one view, each with the hash of its inputs; returns how many are new."""
    new = 0
    places = []
    for place, (verdict, inputs_hash) in enumerate(judged):
        key = {
            "forecast": verdict.forecast,
            "reading": verdict.reading,
            "window": verdict.window,
            "view": view,
            "inputs_hash": inputs_hash,
        }
        new += tx.insert_one_new(
            verdicts,
            {
                **key,
                "verdict": verdict.verdict,
                "body": _packed(verdict),
                "config_hash": config_hash,
                "recorded_at": recorded_at,
            },
        )
        where = [verdicts.c[name] == value for name, value in key.items()]
        row = tx.c.execute(sa.select(verdicts.c.id).where(*where)).scalar_one()
        places.append({"view": view, "place": place, "verdict_id": row})
    tx.c.execute(sa.delete(scoreboard).where(scoreboard.c.view == view))
    tx.insert_new(scoreboard, places)
    return new


def in_force(tx: Tx, view: View) -> list[Verdict]:
    """The verdicts in force under a view, in the documents' order."""
    rows = tx.c.execute(
        sa.select(verdicts.c.body)
        .join(scoreboard, scoreboard.c.verdict_id == verdicts.c.id)
        .where(scoreboard.c.view == view)
        .order_by(scoreboard.c.place)
    )
    return [_unpacked(body) for (body,) in rows]


def in_force_count(tx: Tx) -> int:
    """How many verdicts are in force over all views."""
    return tx.c.scalar(sa.select(sa.func.count()).select_from(scoreboard)) or 0


def _packed(verdict: Verdict) -> dict[str, Any]:
    body = asdict(verdict)
    body["decided_on"] = verdict.decided_on.isoformat() if verdict.decided_on else None
    body["reasons"] = [{"code": r.code, "text": r.text, "data": dict(r.data)} for r in verdict.reasons]
    return body


def _unpacked(body: dict[str, Any]) -> Verdict:
    implied = body["p_implied"]
    return Verdict(
        **{
            **body,
            "decided_on": date.fromisoformat(body["decided_on"]) if body["decided_on"] else None,
            "reasons": tuple(Reason(**reason) for reason in body["reasons"]),
            "events": tuple(body["events"]),
            "p_implied": Implied(**implied) if implied else None,
            "outlook": Outlook(**body["outlook"]) if body.get("outlook") else None,
            "turns": tuple(Turn(**turn) for turn in body.get("turns", ())),
        }
    )


def keep_snapshot(tx: Tx, hash_: str, kind: str, body: str, recorded_at: datetime) -> None:
    """Keep the configuration a verdict was judged under, once."""
    tx.insert_one_new(config_snapshots, {"hash": hash_, "kind": kind, "body": body, "recorded_at": recorded_at})


def note(tx: Tx, key: str) -> str:
    """A remembered value ("" when there is none), such as what the last judging was made from."""
    return tx.c.scalar(sa.select(meta.c.value).where(meta.c.key == key)) or ""


def keep_note(tx: Tx, key: str, value: str) -> None:
    tx.upsert(meta, [{"key": key, "value": value}])
