"""A proxy as some networks have them: it passes bytes on as they are, delays some, cuts connections, and truncates answers.

It counts what it saw of every part that was sent through it, by the framing of HTTP/1.1.
"""

import contextlib
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

BLOCK = 64 * 1024
ONE_HOLDS_OF = 4
"""Of so many connections one is not cut, or a request that is asked alone would wait minutes between its tries."""
CUTS_FOR_CERTAIN, SPARED = 3, 3
"""Chance may spare a whole upload: until so many were cut, and both ways, every request is that comes after so many in a row."""
Part = tuple[str, int]

_PART = re.compile(rb"PUT /v1/uploads/([0-9a-f-]{36})/(?:parts/(\d+)|content)")
_OBJECT = re.compile(rb"PUT /[^/ ]+/evidence/[0-9a-f-]{36}/([0-9a-f-]{36})(?:\?\S*?partNumber=(\d+))?")
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Fate:
    """After how many bytes one connection is cut, and how many seconds it is held up. None: never."""

    asked: int | None = None
    answered: int | None = None
    delay: float = 0.0

    @classmethod
    def drawn(cls, chance: random.Random, orders: float) -> "Fate":
        """Cut soon or late: what passes is of up to so many orders of magnitude."""
        delay = chance.uniform(0.2, 1.0) if chance.random() < 0.3 else 0.0
        if chance.random() < 0.5:
            return cls(asked=int(10 ** chance.uniform(0, orders)) - 1, delay=delay)
        return cls(answered=int(10 ** chance.uniform(0, min(orders, 3.5))) - 1, delay=delay)


class BadProxy:
    """Listens at `port` of the loopback, and is a good one until it is told to `rage`."""

    def __init__(self, upstream: Callable[[], tuple[str, int]], seed: int, *, orders: float) -> None:
        self._upstream, self._chance, self._orders = upstream, random.Random(seed), orders
        self._guard = threading.Lock()
        self._accepted = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.rage(0)
        threading.Thread(target=self._accept, name="bad-proxy", daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def rage(self, cuts: int) -> None:
        """Cut so many connections from now on, and then only delay, so that whatever goes through it ends. Count anew."""
        with self._guard:
            self._cuts_left, self._spared = cuts, 0
            self.cut = Counter[str]()
            """How often, by what was passing: ``asking`` or ``answering``."""
            self.sent = Counter[Part]()
            self.lost = Counter[Part]()
            """Of each part, how often the connection was cut while it or its answer passed, or it was refused."""

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._guard:
                fate = Fate.drawn(self._chance, self._orders)
                self._accepted += 1
                if self._accepted % ONE_HOLDS_OF == 0:
                    fate = Fate(delay=fate.delay)
            _Conversation(self, client, fate)

    def connect(self) -> socket.socket:
        return socket.create_connection(self._upstream(), timeout=60)

    def saw(self, part: Part) -> None:
        with self._guard:
            self.sent[part] += 1

    def failed(self, part: Part) -> None:
        with self._guard:
            self.lost[part] += 1

    def may_cut(self, what: str) -> bool:
        with self._guard:
            if not self._cuts_left:
                return False
            self._cuts_left -= 1
            self._spared = 0
            self.cut[what] += 1
            return True

    def overdue(self) -> str:
        """Another request is asked: while what of it passes it is to be cut, if chance cut too little. Else nothing."""
        with self._guard:
            self._spared += 1
            enough = self.cut.total() >= CUTS_FOR_CERTAIN and len(self.cut) > 1
            if enough or self._spared <= SPARED:
                return ""
            return "asking" if self.cut["asking"] < self.cut["answering"] else "answering"


class _Conversation:
    """One connection and its two directions, each with a thread of its own."""

    def __init__(self, proxy: BadProxy, client: socket.socket, fate: Fate) -> None:
        self._proxy, self._client, self._fate = proxy, client, fate
        self._head = b""
        self._body_left = 0
        self._part: Part | None = None
        self._answer_begins = False
        self._overdue = ""
        threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self) -> None:
        time.sleep(self._fate.delay)
        try:
            self._server = self._proxy.connect()
        except OSError:
            self._end()
            return
        threading.Thread(target=self._answers, daemon=True).start()
        self._asks()

    def _asks(self) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := self._client.recv(BLOCK):
                room = len(data) if self._fate.asked is None else self._fate.asked - passed
                self._follow(data[:room])
                if self._overdue == "asking" and self._cut("asking", under_way=True):
                    return
                self._server.sendall(data[:room])
                passed += len(data[:room])
                if room < len(data) and self._cut("asking", under_way=self._body_left > 0):
                    return
                if room < len(data):
                    self._fate.asked = None
                    self._follow(data[room:])
                    self._server.sendall(data[room:])
            self._server.shutdown(socket.SHUT_WR)

    def _answers(self) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := self._server.recv(BLOCK):
                if self._answer_begins:
                    self._answer_begins = False
                    self._refused(data)
                room = len(data) if self._fate.answered is None else self._fate.answered - passed
                room = 0 if self._overdue == "answering" else room
                self._client.sendall(data[:room])
                passed += len(data[:room])
                if room < len(data) and self._cut("answering", under_way=True):
                    return
                if room < len(data):
                    self._fate.answered = None
                    self._client.sendall(data[room:])
        self._end()

    def _cut(self, what: str, *, under_way: bool) -> bool:
        """Whether it was: with a reset, as a network that forgets a connection does."""
        if not self._proxy.may_cut(what):
            return False
        if self._part is not None and under_way:
            self._proxy.failed(self._part)
        self._end()
        return True

    def _end(self) -> None:
        for side in (self._client, getattr(self, "_server", None)):
            if side is not None:
                with contextlib.suppress(OSError):
                    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    side.shutdown(socket.SHUT_RDWR)
                side.close()

    def _follow(self, data: bytes) -> None:
        """Where one request ends and the next begins."""
        while data:
            taken = min(self._body_left, len(data))
            self._body_left -= taken
            data = data[taken:]
            if not data:
                return
            self._head += data
            head, found, data = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            self._head = b""
            assert b"transfer-encoding" not in head.lower(), "all bodies that pass here say how long they are"
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            self._body_left = 0 if length is None else int(length[1])
            self._answer_begins = True
            self._overdue = self._proxy.overdue()
            asked = _PART.match(head) or _OBJECT.match(head)
            self._part = None if asked is None else (asked[1].decode(), int(asked[2] or 1))
            if self._part is not None:
                self._proxy.saw(self._part)

    def _refused(self, answer: bytes) -> None:
        # 412: it is there already.
        status = re.match(rb"HTTP/1\.1 (\d{3})", answer)
        if self._part is not None and status is not None and int(status[1]) >= 400 and status[1] != b"412":
            self._proxy.failed(self._part)
