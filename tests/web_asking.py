"""Asking the application over its real interface (ASGI), without a network."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from doors_record import Record

from tracker.outputs.pages import Pages
from tracker.web.api import create_api

PAGES = Pages()


def ask(path: str, record: Any = None, method: str = "GET", **options: Any) -> httpx.Response:
    """The answer to one request; an exception inside becomes the answer its asker would see."""
    api = create_api(record if record is not None else Record(), PAGES, getattr(record, "desk", None))

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(api, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://tracker.test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(asked())
