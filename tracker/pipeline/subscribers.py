"""Who gets the digest: nobody is mailed before she confirmed, and leaving erases the address."""

from __future__ import annotations

from datetime import datetime

from tracker.core.errors import RefusedError
from tracker.store import mail
from tracker.store.engine import Store
from tracker.store.mail import SubscriberState


def change_subscriber(store: Store, address: str, state: SubscriberState, now: datetime) -> SubscriberState:
    """Add ("pending"), confirm or remove an address; returns the state it is in afterwards.

    Adding one that is pending or confirmed changes nothing. Raises RefusedError for one that was never added.
    """
    with store.begin() as tx:
        known = mail.subscriber(tx, address)
        absent = known is None or known.state == "removed"
        if state != "pending" and absent:
            raise RefusedError(f"{address} is no subscriber; first: ./run subscribers add {address}")
        if state == "pending" and known is not None and not absent:
            return known.state
        mail.keep_subscriber(tx, address, state, now)
    return state
