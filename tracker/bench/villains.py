"""Servers that mean harm, or behave as if they did: each way of answering by name, on one loopback port."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat

import brotli

BOMB_BYTES = 2**30
"""What a bomb unpacks to; packed by gzip it is 1 MB."""

DRIP_S = 0.05
LONGEST_S = 90.0
"""No villain talks longer than this, so that a run ends even where its victim does not."""

FEED = (
    '<rss version="2.0"><channel><title>t</title><item><title>{}</title><link>https://example.org/a</link>'
    "<guid>g</guid><pubDate>Fri, 14 Aug 2026 15:20:00 +0900</pubDate></item></channel></rss>"
)
ELSEWHERE = "http://turns.example"
"""A host whose second answer from the name server is a private address; its port is the villains'."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the villains share: their port, how much a bomb holds, and the sign that the play is over."""

    port: int
    bomb_bytes: int = BOMB_BYTES
    over: threading.Event = field(default_factory=threading.Event)


Talk = Callable[[socket.socket, Stage], None]


@dataclass(frozen=True, slots=True)
class Villain:
    """``outcomes`` are those with which a poll of it may end; ``host`` is the name to ask it by."""

    name: str
    talk: Talk
    outcomes: tuple[str, ...]
    host: str = "villain.example"


def _answer(body: bytes, *headers: str, status: str = "200 OK") -> Talk:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]).encode()
    return lambda connection, _stage: connection.sendall(head + body)


def _packed(pack: Callable[[int], bytes], encoding: str) -> Talk:
    """A body made when it is first asked for; ``pack`` is told how much a bomb holds."""
    return lambda connection, stage: _answer(pack(stage.bomb_bytes), f"Content-Encoding: {encoding}")(connection, stage)


def _for_ever(start: bytes, piece: bytes, pause_s: float = 0.0) -> Talk:
    def talk(connection: socket.socket, stage: Stage) -> None:
        connection.sendall(start)
        for _ in range(int(LONGEST_S / pause_s) if pause_s else 10**7):
            if stage.over.wait(pause_s) if pause_s else stage.over.is_set():
                return
            connection.sendall(piece)

    return talk


def _redirect(target: str) -> Talk:
    def talk(connection: socket.socket, stage: Stage) -> None:
        where = target.replace("PORT", str(stage.port))
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())

    return talk


def _silent(_connection: socket.socket, stage: Stage) -> None:
    stage.over.wait(LONGEST_S)


def _squeezed(packer: zlib._Compress, size: int) -> bytes:
    block = bytes(2**20)
    return b"".join([*(packer.compress(block) for _ in range(size // 2**20)), packer.flush()])


@lru_cache(maxsize=1)
def gzip_bomb(size: int) -> bytes:
    return _squeezed(zlib.compressobj(9, zlib.DEFLATED, 31), size)


@lru_cache(maxsize=1)
def deflate_bomb(size: int) -> bytes:
    return _squeezed(zlib.compressobj(9), size)


@lru_cache(maxsize=1)
def brotli_bomb(size: int) -> bytes:
    packer, block = brotli.Compressor(quality=3, lgwin=24), bytes(2**20)
    return b"".join([*(packer.process(block) for _ in range(size // 2**20)), packer.finish()])


def _doctype(inside: str, text: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE rss [{inside}]>{FEED.format(text)}'.encode()


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
_ITEM = "<item><title>t</title><guid>{}</guid></item>"


def _nested(depth: int) -> bytes:
    deep = "<description>" + "<b>" * depth + "x" + "</b>" * depth + "</description><guid>"
    return FEED.format("deep").replace("<guid>", deep).encode()


def _attributes() -> bytes:
    return FEED.format("x").replace("<guid>", "<guid " + " ".join(f"a{n}=''" for n in range(10**6)) + ">").encode()


def _many() -> bytes:
    items = "".join(_ITEM.format(number) for number in range(300_000))
    return FEED.format("many").replace("</channel>", items + "</channel>").encode()


_WALL = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>_cf_chl_opt</body></html>"
_KOREAN = FEED.format("발사체 발사").encode("euc-kr")
_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"

VILLAINS = (
    Villain("gzip bomb", _packed(gzip_bomb, "gzip"), ("too_large",)),
    Villain("deflate bomb", _packed(deflate_bomb, "deflate"), ("too_large",)),
    Villain("brotli bomb", _packed(brotli_bomb, "br"), ("too_large",)),
    Villain("bomb that is a file", _packed(gzip_bomb, "identity"), ("too_large",)),
    Villain("gzip in gzip", _packed(lambda size: gzip.compress(gzip_bomb(size)), "gzip, gzip"), ("unreachable",)),
    Villain("a million gzip members", _packed(lambda _: gzip.compress(b"") * 500_000, "gzip"), ("unreachable",)),
    Villain("truncated gzip", _packed(lambda _: gzip.compress(FEED.encode())[:-12], "gzip"), ("unreachable",)),
    Villain("200,000 nested tags", _packed(lambda _: _nested(200_000), "identity"), ("not_a_feed",)),
    Villain("as many as pass the count", _packed(lambda _: _nested(145_000), "identity"), ("ok", "not_a_feed")),
    Villain("300,000 entries", _packed(lambda _: _many(), "identity"), ("ok", "not_a_feed")),
    Villain("5 million JSON objects", _packed(lambda _: b"[%s0]" % (b"{}," * 5_000_000), "identity"), ("not_a_feed",)),
    Villain("4 million empty tags", _packed(lambda _: b"<rss>" + b"<a/>" * 3_900_000, "identity"), ("not_a_feed",)),
    Villain("a million attributes", _packed(lambda _: _attributes(), "identity"), ("not_a_feed",)),
    Villain("one entity used 100,000 times",
            _answer(_doctype(f'<!ENTITY l "{"ha" * 5000}">', "&l;" * 100_000)), ("not_a_feed",)),
    Villain("a text of 14 MB", _packed(lambda _: FEED.format("한 " * 3_500_000).encode(), "identity"), ("ok",)),
    Villain("entity bomb", _answer(_doctype('<!ENTITY l0 "ha">' + _LAUGHS, "&l11;")), ("ok", "not_a_feed")),
    Villain("XXE to a file", _answer(_doctype('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;")), ("ok", "not_a_feed")),
    Villain(
        "XXE to a URL",
        lambda connection, stage: _answer(
            _doctype(f'<!ENTITY f SYSTEM "http://127.0.0.1:{stage.port}/fetched">', "&f;")
        )(connection, stage),
        ("ok", "not_a_feed"),
    ),
    Villain("silence", _silent, ("timeout",)),
    Villain("slow drip in the head", _for_ever(_OK, b"X-A: b\r\n", DRIP_S), ("timeout",)),
    Villain(
        "slow drip in the body", _for_ever(_OK + b"Content-Length: 99999\r\n\r\n", b"<", DRIP_S), ("timeout",)
    ),
    Villain("slow drip behind a 403", _for_ever(b"HTTP/1.1 403 No\r\n\r\n", b"<", DRIP_S), ("http_error", "timeout")),
    Villain("endless body", _for_ever(_OK + b"\r\n", b"<rss>" * 10_000), ("too_large",)),
    Villain("endless chunks of one byte", _for_ever(_CHUNKED, b"1\r\n<\r\n" * 10_000), ("unreachable", "timeout")),
    Villain("chunks that are none", _for_ever(_CHUNKED, b"zz;" * 10_000), ("unreachable",)),
    Villain("a length of 10 PB", _for_ever(_OK + b"Content-Length: 1%s\r\n\r\n" % (b"0" * 16), b"<"), ("too_large",)),
    Villain("a header of 10 MB", _for_ever(_OK + b"X-A: ", b"x" * 65536), ("unreachable",)),
    Villain("endless headers", _for_ever(_OK, b"X-A: b\r\n" * 5_000), ("unreachable",)),
    Villain("endless 100 Continue", _for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000), ("unreachable",)),
    Villain("redirect loop", _redirect("/redirect-loop"), ("http_error",)),
    Villain("redirect to 169.254.169.254", _redirect("http://169.254.169.254/latest/meta-data/"), ("refused_address",)),
    Villain("redirect to a file", _redirect("file:///etc/passwd"), ("refused_address",)),
    Villain("name that turns private", _redirect(f"{ELSEWHERE}:PORT/"), ("refused_address",), "turns.example"),
    Villain("name server that hangs", _silent, ("timeout", "offline"), "hangs.example"),
    Villain("wrong charset", _answer(_KOREAN, "Content-Type: text/xml; charset=utf-8"), ("ok", "not_a_feed")),
    Villain("NULs", _answer(b"\0".join(FEED.format("nul").encode().partition(b"<title>")) * 50), ("ok", "not_a_feed")),
    Villain("noise", _answer(bytes(range(256)) * 4000), ("not_a_feed",)),
    Villain("HTML bot wall", _answer(_WALL, "Server: cloudflare"), ("bot_wall",)),
)  # fmt: skip

HEALTHY = "/healthy"


def path_of(name: str) -> str:
    return "/" + name.lower().replace(" ", "-").replace(",", "")


class Resolver:
    """The villains' own name server; everything else is on loopback."""

    def __init__(self, over: threading.Event) -> None:
        self._asked, self._over = 0, over

    def __call__(self, host: str, _port: int) -> list[str]:
        if host.startswith("hangs"):
            self._over.wait(LONGEST_S)
        if host.startswith("turns"):
            self._asked += 1
            return ["127.0.0.1" if self._asked == 1 else "10.0.0.1"]
        return ["127.0.0.1"]


@contextmanager
def villains(bomb_bytes: int = BOMB_BYTES) -> Iterator[tuple[int, list[str]]]:
    """All of them on one port, and beside them a healthy feed; with the port, the paths asked for so far."""
    for bomb in (gzip_bomb, deflate_bomb, brotli_bomb):
        bomb(bomb_bytes)  # made before anybody waits for it
    talks = {path_of(each.name): each.talk for each in VILLAINS}
    talks[HEALTHY] = _answer(FEED.format("healthy").encode())
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        stage = Stage(listening.getsockname()[1], bomb_bytes)

        def talk(connection: socket.socket) -> None:
            with connection, suppress(OSError, IndexError):
                connection.settimeout(LONGEST_S)
                path = connection.recv(65536).split(b" ", 2)[1].decode("latin-1")
                asked.append(path)
                talks.get(path, _answer(b"", status="404 Not Found"))(connection, stage)

        def accept() -> None:
            with suppress(OSError):
                for connection, _ in map(socket.socket.accept, repeat(listening)):
                    threading.Thread(target=talk, args=(connection,), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield stage.port, asked
        finally:
            stage.over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join(5)
