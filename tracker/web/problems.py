"""Trouble as an answer: problem+json for the API, a page for readers, never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Match, Route

from tracker.core.errors import BusyError
from tracker.core.requests import CorrectionError, StaleError
from tracker.outputs.pages import Pages
from tracker.web.headers import SECURITY

MEDIA_TYPE = "application/problem+json"
API = "/api/"

ROOM = 120
"""Characters of a mistaken value repeated in a problem."""


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The entries of an operation's OpenAPI responses for these problems."""
    schema = {"$ref": "#/components/schemas/ProblemPage"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def refuse(errors: Sequence[str]) -> RequestValidationError:
    """The exception for a request that is well formed but cannot be meant."""
    return RequestValidationError([{"loc": (), "msg": error, "type": "value_error"} for error in errors])


def add_handlers(api: FastAPI, pages: Pages) -> None:
    """Answer every kind of trouble, wherever it arises, in the form its asker reads."""

    def answer(
        request: Request,
        status: int,
        detail: str,
        errors: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        title = HTTPStatus(status).phrase.capitalize()
        if request.url.path.startswith(API):
            document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
            return JSONResponse(document | {"errors": list(errors)}, status, headers=headers, media_type=MEDIA_TYPE)
        return HTMLResponse(pages.problem(title, " ".join((detail, *errors))), status, headers=headers)

    async def http(request: Request, trouble: Exception) -> Response:
        assert isinstance(trouble, HTTPException)  # noqa: S101 - registered for that class alone
        headers = trouble.headers
        if trouble.status_code == 405:
            # A path may have a route for each method; the one that was met first knows only its own.
            named = (route.methods or () for route in api.routes if isinstance(route, Route) and _leads(route, request))
            headers = {"allow": ", ".join(sorted({each for methods in named for each in methods}))}
        return answer(request, trouble.status_code, _detail(trouble), headers=headers)

    async def invalid(request: Request, trouble: Exception) -> Response:
        assert isinstance(trouble, RequestValidationError)  # noqa: S101 - registered for that class alone
        errors = [_sentence(error) for error in trouble.errors()]
        detail = "The request cannot be answered as asked; mend what is listed and ask again."
        return answer(request, 422, detail, errors)

    async def stale(request: Request, trouble: Exception) -> Response:
        assert isinstance(trouble, StaleError)  # noqa: S101 - registered for that class alone
        return answer(request, 409, "The event is not as it was seen; look at it again.", trouble.reasons)

    async def refused(request: Request, trouble: Exception) -> Response:
        assert isinstance(trouble, CorrectionError)  # noqa: S101 - registered for that class alone
        return answer(
            request, 422, "The correction is not made; mend what is listed and send it again.", trouble.reasons
        )

    async def busy(request: Request, trouble: Exception) -> Response:
        return answer(request, 503, str(trouble), headers={"retry-after": "5"})

    async def unexpected(request: Request, trouble: Exception) -> Response:  # noqa: ARG001 - not for readers
        # This answer is given outside of every middleware, so it brings the strict headers itself.
        strict = {name.decode(): value.decode() for name, value in SECURITY}
        detail = "Something went wrong inside; the log of this service says what."
        return answer(request, 500, detail, headers=strict)

    api.add_exception_handler(HTTPException, http)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(StaleError, stale)
    api.add_exception_handler(CorrectionError, refused)
    api.add_exception_handler(BusyError, busy)
    api.add_exception_handler(Exception, unexpected)


def _leads(route: Route, request: Request) -> bool:
    return route.matches(request.scope)[0] is not Match.NONE


def _detail(trouble: HTTPException) -> str:
    if trouble.detail and trouble.detail != HTTPStatus(trouble.status_code).phrase:
        return trouble.detail
    if trouble.status_code == 404:
        return "There is nothing at this address; start from the scoreboard."
    if trouble.status_code == 405:
        return "This address does not take that method; the header allow names those it takes."
    return "The request cannot be answered."


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"] if part != "query")
    given = error.get("input")
    shown = f" (given: {given[:ROOM]!r})" if isinstance(given, str) else ""
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}{shown}" if where else said
