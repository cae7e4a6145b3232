"""A newsstand on this machine: a server of many generated feeds, in a process of its own that ends with its owner."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection

from tracker.bench.results import ROOT

ENTRIES = 20
ENTRY_BYTES = 3000

MODES = ("whole", "validated", "bare")
"""whole: the document with validators; validated: 304 to whoever shows them; bare: the same document, no validators."""

_TEXTS = {
    "en": "officials in the capital said on a day of talks that the launch site had been seen from above and that",
    "ko": "당국자는 수도에서 열린 회담에서 발사장이 위성 사진으로 관측되었다고 밝혔으며 이어서 추가 조치를 논의했다",
}


def document(number: int) -> bytes:
    """Feed ``number``: RSS of 20 entries of 3 kB each, every fifth in Korean, with markup in the summaries."""
    items = "".join(_item(number, entry, "en" if entry % 5 else "ko") for entry in range(ENTRIES))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Feed {number}</title>'
        f"<link>https://feed{number}.example.org/</link><description>Generated</description>{items}</channel></rss>"
    ).encode()


def _item(number: int, entry: int, lang: str) -> str:
    words, turn = _TEXTS[lang].split(), number * 31 + entry * 7
    said = [words[(turn + step * step) % len(words)] for step in range(ENTRY_BYTES)]
    text, size = [], 0
    for position, word in enumerate(said):
        text.append(f"&lt;b&gt;{word}&lt;/b&gt;" if position % 17 == 0 else word)
        size += len(text[-1].encode()) + 1
        if size > ENTRY_BYTES - 420:
            break
    place = f"{number}-{entry}"
    return (
        f"<item><title>{' '.join(said[:8])} {place}</title><link>https://feed{number}.example.org/news/{place}</link>"
        f'<guid isPermaLink="false">urn:feed:{place}</guid>'
        f"<pubDate>Fri, 14 Aug 2026 {entry:02}:{number % 60:02}:00 +0900</pubDate>"
        f"<description>&lt;p&gt;{' '.join(text)}&lt;/p&gt;</description></item>\n"
    )


@contextmanager
def newsstand(feeds: int) -> Iterator[int]:
    """The port on 127.0.0.1 at which /feed/0 ... are served while the block lasts."""
    own = [sys.executable, "-m", __name__, str(feeds)]
    with subprocess.Popen(own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:  # noqa: S603
        try:
            yield int(server.stdout.readline() if server.stdout else 0)
        finally:
            server.communicate(timeout=10)  # closes its input, and with it the stand


def set_mode(port: int, mode: str) -> int:
    """Serve in this mode from now on; how many feeds were asked for in the one before."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/mode/{mode}")
    served = int(connection.getresponse().read())
    connection.close()
    return served


class _Stand:
    def __init__(self, feeds: int) -> None:
        self.mode, self.served = MODES[0], 0
        self.lock = threading.Lock()
        self.documents = [document(number) for number in range(feeds)]

    def talk(self, connection: socket.socket) -> None:
        """One connection, kept while the client keeps it."""
        with connection, suppress(OSError, ValueError, IndexError):
            asked = b""
            while True:
                while b"\r\n\r\n" not in asked:
                    more = connection.recv(65536)
                    if not more:
                        return
                    asked += more
                head, _, asked = asked.partition(b"\r\n\r\n")
                connection.sendall(self.answer(head.lower()))
                if b"connection: close" in head.lower():
                    return

    def answer(self, head: bytes) -> bytes:
        _, kind, name = head.split(b" ", 2)[1].split(b"/")
        if kind == b"mode":
            told = b"%d" % self.served
            self.mode, self.served = name.decode(), 0
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told)
        with self.lock:
            self.served += 1
        tag = b'"feed-%d"' % int(name)
        usual = b"Server: newsstand\r\nDate: Fri, 14 Aug 2026 12:00:00 GMT\r\n"
        if self.mode == "validated" and b"if-none-match: " + tag in head:
            return b"HTTP/1.1 304 Not Modified\r\n" + usual + b"ETag: " + tag + b"\r\n\r\n"
        body = self.documents[int(name)]
        validator = b"" if self.mode == "bare" else b"ETag: " + tag + b"\r\n"
        kind = b"Content-Type: application/rss+xml; charset=utf-8\r\n"
        return b"HTTP/1.1 200 OK\r\n%s%s%sContent-Length: %d\r\n\r\n%s" % (usual, kind, validator, len(body), body)


def _serve(feeds: int) -> None:
    stand = _Stand(feeds)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=stand.talk, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        print(listening.getsockname()[1], flush=True)
        sys.stdin.read()  # the owner's end of the pipe closes with the owner


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
