"""How bytes get through when the store, or the way to it, does not do as it should: against a server that misbehaves."""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dems.cli.client import Client, Problem
from dems.cli.screen import Failed
from dems.cli.upload.asking import Asking
from dems.cli.upload.content import Mark
from dems.cli.upload.files import File, Stand
from dems.cli.upload.parcels import Going, Piece
from dems.cli.upload.patience import Patience, Stopped, passing, pauses
from dems.cli.upload.transport import Transport, Ways
from tests.cli.crossing import CUT, INTAKE, REDIRECTED, TRUNCATED, UPLOAD, Crossing, Server


@pytest.fixture
def crossing() -> Iterator[Crossing]:
    made = Crossing()
    with Server(made) as server:
        made.url = made.store_url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with contextlib.ExitStack() as made.clients:
            yield made
        server.shutdown()
        thread.join()


@dataclass
class Sender:
    ways: Ways
    patience: Patience
    notes: list[str]
    gone: int = 0

    def send(self, piece: Piece) -> None:
        self.ways.send(piece, None, self.count)

    def count(self, count: int) -> None:
        self.gone += count


def sender(crossing: Crossing, wanted: Transport = Transport.AUTO) -> Sender:
    notes: list[str] = []
    patience = Patience(notes.append)
    client = crossing.clients.enter_context(Client(crossing.url, "own token"))
    ways = Ways(wanted, Asking(client, patience, {INTAKE: "intake token"}), patience, notes.append, 2)
    crossing.clients.callback(ways.close)
    return Sender(ways, patience, notes)


def piece(content: bytes, path: Path = Path("/f"), *, held: bool = True, mtime_ns: int = 0) -> Piece:
    mark = Mark(len(content), mtime_ns)
    file = File(
        1,
        1,
        path,
        b"f",
        mark,
        Stand.DECLARED,
        False,
        "{}",
        len(content),
        INTAKE,
        "item",
        "A/1",
        UPLOAD,
        8,
        1,
        None,
        None,
        None,
        None,
    )
    sha256 = hashlib.sha256(content).digest()
    return Piece(Going(file, UPLOAD, INTAKE), 1, 0, len(content), sha256, bytearray(content) if held else None)


SMALL, LARGE = b"what it says", os.urandom(1_000_000)


@pytest.mark.parametrize("content", [SMALL, LARGE, b""])
def test_the_store_gets_the_bytes_and_only_the_headers_that_were_given(crossing: Crossing, content: bytes) -> None:
    send = sender(crossing)
    send.send(piece(content))
    assert crossing.direct == [content]
    [headers] = crossing.headers
    assert set(headers) == {"host", "content-length", "x-amz-checksum-sha256", "if-none-match"}
    assert headers["content-length"] == str(len(content))
    assert send.gone == len(content)
    assert send.notes == []


def test_a_part_that_is_not_held_is_read_while_it_is_sent(crossing: Crossing, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(LARGE)
    sender(crossing).send(piece(LARGE, tmp_path / "f", held=False, mtime_ns=(tmp_path / "f").stat().st_mtime_ns))
    assert crossing.direct == [LARGE]


def test_something_that_lies_there_already_is_left_to_completion_to_look_at(crossing: Crossing) -> None:
    crossing.store = [412]
    sender(crossing).send(piece(SMALL))
    assert len(crossing.headers) == 1


@pytest.mark.parametrize("how", [503, 500, 429, CUT, TRUNCATED])
@pytest.mark.parametrize("content", [SMALL, LARGE])
def test_what_passes_is_waited_for(crossing: Crossing, how: int | str, content: bytes) -> None:
    crossing.store = [how, how]
    send = sender(crossing)
    send.send(piece(content))
    assert crossing.direct == [content]
    assert crossing.relayed == []
    assert send.gone == len(content), "what went in vain is taken back"


def test_an_address_that_has_expired_is_asked_for_again(crossing: Crossing) -> None:
    crossing.store = [403]
    sender(crossing).send(piece(SMALL))
    assert crossing.direct == [SMALL]
    assert len(crossing.asked) == 2


@pytest.mark.parametrize("how", [403, 407, 451, 301, REDIRECTED])
def test_a_store_that_takes_nothing_from_here_is_gone_round_and_that_is_said_once(
    crossing: Crossing, how: int | str
) -> None:
    crossing.store = [how] * 2
    send = sender(crossing)
    for _ in range(3):
        send.send(piece(LARGE))
    assert crossing.relayed == [LARGE] * 3
    assert crossing.direct == []
    assert len(crossing.headers) == 2, "a redirection is not followed, and the store is not tried again"
    [note] = send.notes
    assert "they go through DEMS from now on" in note
    assert send.gone == 3 * len(LARGE)


def test_a_store_that_is_not_reached_is_gone_round(crossing: Crossing) -> None:
    crossing.store_url = "http://127.0.0.1:9"
    send = sender(crossing)
    send.send(piece(SMALL))
    assert crossing.relayed == [SMALL]
    assert "do" in send.notes[0]
    assert not send.ways.direct


def test_a_name_that_does_not_resolve_is_gone_round(crossing: Crossing) -> None:
    crossing.store_url = "http://store.invalid:8333"
    send = sender(crossing)
    send.send(piece(SMALL))
    assert crossing.relayed == [SMALL]


def test_a_way_on_which_connections_always_break_is_gone_round(
    crossing: Crossing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dems.cli.upload.patience._LONGEST", 0.05)
    crossing.store = [CUT] * 10
    send = sender(crossing)
    send.send(piece(LARGE))
    assert crossing.relayed == [LARGE]


def test_directly_means_never_through_dems(crossing: Crossing) -> None:
    crossing.always = 403
    with pytest.raises(Failed, match="--transport relay"):
        sender(crossing, Transport.DIRECT).send(piece(SMALL))
    assert crossing.relayed == []


def test_through_dems_asks_for_no_address(crossing: Crossing) -> None:
    sender(crossing, Transport.RELAY).send(piece(LARGE))
    assert crossing.relayed == [LARGE]
    assert crossing.asked == []


def test_a_body_that_was_changed_on_the_way_is_sent_again_and_not_for_ever(crossing: Crossing) -> None:
    crossing.garbled = 2
    send = sender(crossing, Transport.RELAY)
    send.send(piece(LARGE))
    assert crossing.relayed == [LARGE]
    assert send.gone == len(LARGE)
    crossing.garbled = 9
    with pytest.raises(Failed, match="changed on the way"):
        send.send(piece(SMALL))


def test_dems_that_restarts_is_waited_for(crossing: Crossing) -> None:
    crossing.dems = [503, 503]
    sender(crossing).send(piece(SMALL))
    assert crossing.direct == [SMALL]


def test_an_intakes_token_that_opens_nothing_any_more_gives_way_to_ones_own(crossing: Crossing) -> None:
    crossing.dems = [401]
    sender(crossing).send(piece(SMALL))
    assert crossing.direct == [SMALL]
    crossing.dems = [401, 401]
    with pytest.raises(Problem) as told:
        sender(crossing).send(piece(SMALL))
    assert told.value.status == 401


def test_who_waits_stops_when_the_command_ends(crossing: Crossing) -> None:
    crossing.always = 503
    send = sender(crossing)
    threading.Timer(0.3, send.patience.stop).start()
    with pytest.raises(Stopped):
        send.send(piece(SMALL))


def test_waits_grow_and_differ_from_one_another() -> None:
    first = [pause for pause, _ in zip(pauses(), range(12), strict=False)]
    second = [pause for pause, _ in zip(pauses(), range(12), strict=False)]
    assert first != second
    assert all(0.1 < pause <= 60 for pause in first)
    assert first[-1] >= 30


def test_what_lasts_is_said_once_in_a_while() -> None:
    notes: list[str] = []
    patience = Patience(notes.append)
    patience.stop()
    for _ in range(3):
        with pytest.raises(Stopped):
            patience.hold("Nothing answers.", 5)
    with pytest.raises(Stopped):
        patience.hold("Nothing answers.", 0.1)
    [note] = notes
    assert note.startswith("Nothing answers. Waiting, and going on by itself")


@pytest.mark.parametrize(
    ("status", "kind", "passes"),
    [
        (503, "", True),
        (502, "", True),
        (429, "too-many-failures", True),
        (409, "busy", True),
        (507, "no-space", False),
        (503, "store-not-trusted", False),
        (409, "wrong-state", False),
        (500, "internal-error", False),
    ],
)
def test_what_passes_is_told_from_what_lasts(status: int, kind: str, passes: Any) -> None:
    assert passing(Problem(status, kind, "Trouble.", {}, None)) is passes
