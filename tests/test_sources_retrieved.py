"""The raw answer at an address, under the checks that feeds are fetched with."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tracker.sources.web import HttpFetcher


@pytest.fixture
def fetcher() -> Iterator[HttpFetcher]:
    with HttpFetcher("test", [ip_network("127.0.0.0/8")], limit_bytes=10_000) as made:
        yield made


def test_an_answer_comes_as_it_is(fetcher: HttpFetcher, httpserver: HTTPServer) -> None:
    packed = Response(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    httpserver.expect_request("/doc", query_string="query=a%20b").respond_with_response(packed)
    httpserver.expect_request("/moved").respond_with_response(Response("", 302, {"Location": "/doc?query=a%20b"}))
    found = fetcher.retrieve(httpserver.url_for("/moved"))
    assert (found.status, found.body, found.trouble) == (200, b"{}", None)
    assert found.url == httpserver.url_for("/doc?query=a%20b")
    assert found.headers["content-type"] == "application/json"


def test_a_status_is_no_trouble(fetcher: HttpFetcher, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/doc").respond_with_data("later", 429, {"Retry-After": "7"})
    found = fetcher.retrieve(httpserver.url_for("/doc"))
    assert (found.status, found.trouble, found.headers["retry-after"]) == (429, None, "7")


def test_trouble_is_a_value(fetcher: HttpFetcher, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/big").respond_with_data(b"x" * 20_000)
    httpserver.expect_request("/trap").respond_with_response(Response("", 302, {"Location": "http://169.254.169.254/"}))
    assert fetcher.retrieve(httpserver.url_for("/big")).trouble == "too_large"
    assert fetcher.retrieve(httpserver.url_for("/trap")).trouble == "refused_address"
    assert fetcher.retrieve("ftp://127.0.0.1/").trouble == "refused_address"
    assert fetcher.retrieve("http://127.0.0.1:1/").trouble == "unreachable"
    assert fetcher.retrieve("http://[").trouble == "unreachable"
