"""How the bytes of a part get to the store: directly, by leave of DEMS, or through DEMS. Nothing is lost by changing over."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from dems.cli.client import Problem
from dems.cli.screen import Failed, shown
from dems.cli.upload.asking import Asking, Ticket
from dems.cli.upload.content import Stretch, content_digest
from dems.cli.upload.parcels import Piece
from dems.cli.upload.patience import Patience, pauses

_TIMES = urllib3.Timeout(connect=20, read=300)
_BLOCK = 128 * 1024
_SENT = {200, 201, 204, 412}
"""412: something lies under that name already, which is what an answer that was lost leaves; completing it tells."""
_PASSING = {408, 409, 429, 500, 502, 503, 504}
_MISSES_AT_FIRST, _MISSES = 2, 6
"""After so many times in a row that the store was not reached, while DEMS was, it is taken not to be reachable."""
_REFUSALS, _CUTS, _GARBLED = 2, 6, 3


class Transport(StrEnum):
    AUTO = "auto"
    DIRECT = "direct"
    RELAY = "relay"


class _Connection(HTTPConnection):
    """One that is not encrypted: the system sends stretches of files over it by itself."""

    def send(self, data: Any) -> None:
        if isinstance(data, Stretch):
            data.over(self.sock)
        else:
            super().send(data)


class _Connections(HTTPConnectionPool):
    ConnectionCls = _Connection


_POOLS = {"http": _Connections, "https": HTTPSConnectionPool}


class Store:
    """The object store, at the addresses that DEMS gives out. Sends what it is told to and nothing that says who we are."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._guard = threading.Lock()

    def put(self, ticket: Ticket, piece: Piece, sent: Callable[[int], None]) -> tuple[int, str]:
        """The status, and the store's own word for what is wrong. Raises urllib3's `HTTPError`."""
        headers = dict(ticket.headers)
        given = {name.lower() for name in headers}
        if "content-length" not in given:
            headers["Content-Length"] = str(piece.size)
        for name in {"accept-encoding", "user-agent"} - given:
            headers[name] = urllib3.util.SKIP_HEADER
        whole = piece.data
        body: Any = whole
        if whole is None:
            body = (piece.stretches if urlsplit(ticket.url).scheme == "http" else piece.blocks)(sent)
        answer = self._pool(ticket.url).request(
            "PUT", ticket.url, body=body, headers=headers, redirect=False, retries=False, timeout=_TIMES
        )
        if answer.status in _SENT:
            if whole is not None:
                sent(piece.size)
            return answer.status, ""
        code = re.search(rb"<Code>([A-Za-z]{1,60})</Code>", answer.data[:4096])
        return answer.status, "" if code is None else code[1].decode()

    def close(self) -> None:
        for pool in self._pools.values():
            pool.clear()

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        host = parts.hostname or ""
        with self._guard:
            if host not in self._pools:
                proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
                options: dict[str, Any] = {"maxsize": self._connections, "block": False, "blocksize": _BLOCK}
                made = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
                made.pool_classes_by_scheme = _POOLS
                self._pools[host] = made
            return self._pools[host]


class Ways:
    """Sends pieces, the one way or the other, until they are there. Used by all threads of an upload."""

    def __init__(
        self, wanted: Transport, asking: Asking, patience: Patience, note: Callable[[str], None], jobs: int
    ) -> None:
        self._wanted = wanted
        self._asking = asking
        self._patience = patience
        self._note = note
        self._store = Store(jobs)
        self._guard = threading.Lock()
        self._direct = wanted is not Transport.RELAY
        self._worked = False
        self._missed = 0

    def close(self) -> None:
        self._store.close()

    @property
    def direct(self) -> bool:
        """Whether leave to send to the store is worth asking for."""
        return self._direct

    def send(self, piece: Piece, ticket: Ticket | None, sent: Callable[[int], None]) -> None:
        """Returns when the bytes are there. `sent` is told of bytes that went, and less than nothing for those in vain.

        Raises `Problem` where DEMS takes this part no more, `Failed` where it cannot be sent, `Changed`.
        """
        tries = _Tries(ticket)
        for pause in pauses():
            self._patience.check()
            if piece.going.failure is not None:
                return
            if not self._direct:
                self._relay(piece, sent)
                return
            count = _Count(sent)
            if self._direct_once(piece, tries, count, pause):
                return
            count.take_back()

    def _direct_once(self, piece: Piece, tries: "_Tries", count: "_Count", pause: float) -> bool:
        """Whether it is there. If not, what is to be waited for has been waited for."""
        tries.ticket = tries.ticket or self._ticket(piece)
        try:
            status, code = self._store.put(tries.ticket, piece, count)
        except LocationValueError as error:
            raise Failed("DEMS gave an address of its store that is none: report this.") from error
        except (HTTPError, OSError) as error:
            if _not_reached(error):
                self._not_reached(error, pause)
                return False
            tries.cuts += 1
            if tries.cuts < _CUTS or not self._fall_back("connections to it break off"):
                self._patience.hold("The connection to the store broke off.", pause)
            return False
        answered = f"{status} {shown(code)}".rstrip()
        self._missed = 0
        if status in _SENT:
            self._worked = True
            return True
        if status in _PASSING:
            self._patience.hold(f"The store answers {answered}.", pause)
            return False
        # A ticket that is too old, or refused by what stands between: with a new one it is tried once more.
        tries.ticket, tries.refusals = None, tries.refusals + 1
        if tries.refusals >= _REFUSALS and not self._fall_back(f"it answers {answered}"):
            raise Failed(
                f"The store refused it ({answered}): see that this machine's clock is right and that no proxy stands "
                "between, or use --transport relay."
            )
        return False

    def _ticket(self, piece: Piece) -> Ticket:
        upload, number = piece.key
        given, refused = self._asking.tickets(piece.going.intake, [(upload, number, piece.sha256)])
        if piece.key in refused:
            raise refused[piece.key]
        return given[piece.key]

    def _not_reached(self, error: Exception, pause: float) -> None:
        why = f"The store cannot be reached ({type(error).__name__})."
        if not self._asking.alive():
            self._patience.hold("Neither DEMS nor its store can be reached.", pause)
            return
        with self._guard:
            self._missed += 1
            most = _MISSES if self._worked else _MISSES_AT_FIRST
        if self._missed < most or not self._fall_back(f"{type(error).__name__}"):
            self._patience.hold(why, pause)

    def _fall_back(self, why: str) -> bool:
        """From here on through DEMS, if that is allowed."""
        if self._wanted is Transport.DIRECT:
            return False
        with self._guard:
            before, self._direct = self._direct, False
        if before:
            self._note(f"The store does not take files from here ({why}): they go through DEMS from now on.")
        return True

    def _relay(self, piece: Piece, sent: Callable[[int], None]) -> None:
        headers = {
            "Content-Length": str(piece.size),
            "Content-Digest": content_digest(piece.sha256),
            "Content-Type": "application/octet-stream",
        }
        path = f"/v1/uploads/{piece.going.upload}/parts/{piece.number}"
        count = _Count(sent)

        def body() -> Any:
            count.take_back()
            return piece.blocks(count)

        for _ in range(_GARBLED):
            try:
                self._asking.put(path, headers, body, intake=piece.going.intake)
            except Problem as problem:
                count.take_back()
                if problem.kind != "digest-mismatch":
                    raise
            else:
                return
        raise Failed("It was changed on the way each time it was sent: see what stands between here and DEMS.")


@dataclass(slots=True)
class _Tries:
    """How often it went wrong with one piece, and by what leave it is sent."""

    ticket: Ticket | None
    cuts: int = 0
    refusals: int = 0


class _Count:
    """Tells of bytes as they go, and takes them back when they went in vain."""

    def __init__(self, sent: Callable[[int], None]) -> None:
        self._sent = sent
        self._gone = 0

    def __call__(self, count: int) -> None:
        self._gone += count
        self._sent(count)

    def take_back(self) -> None:
        if self._gone:
            self._sent(-self._gone)
            self._gone = 0


def _not_reached(error: Exception) -> bool:
    """No connection came about at all; a connection that breaks off is another matter."""
    return isinstance(error, ProxyError | SSLError | NewConnectionError | ConnectTimeoutError)
