"""A clamd is asked over its own protocol by a real socket. What it answers is a finding; what it must not answer is refused."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dems.model.findings import Confidence
from tests.workers.clamd import SIGNATURE, Clamd, running, says
from workers.scanning import PIECE, Scanner, ScannerUnavailable, Verdict, pieces_of


def scanner(address: str, seconds: float = 10.0) -> Scanner:
    return Scanner(address, seconds=seconds)


def test_what_it_knows_is_a_finding_with_engine_and_database() -> None:
    with running() as (_, address):
        scan = scanner(address).scan([b"before ", SIGNATURE, b" after"])
    assert (scan.verdict, scan.name) == (Verdict.FOUND, "Eicar-Test-Signature")
    finding = scan.finding
    assert (finding.name, finding.value, finding.flags) == ("malware", "Eicar-Test-Signature", ("found",))
    assert (finding.tool, finding.tool_version) == ("clamd", "ClamAV 1.0.7/27450/Thu Nov 12 09:26:09 2026")
    assert (finding.confidence, finding.raw) == (Confidence.DETECTED, "stream: Eicar-Test-Signature FOUND")


def test_what_it_does_not_know_is_clean_to_it() -> None:
    with running() as (_, address):
        for pieces in ([b"nothing"], [], [b"", b"a", b""]):
            finding = scanner(address).scan(pieces).finding
            assert (finding.value, finding.flags) == ("clean", ("clean",))


def test_a_socket_of_this_machine_is_asked_too(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "clamd.ctl"))
        listener.listen()
        threading.Thread(target=Clamd(listener).serve, daemon=True).start()
        for address in (f"{tmp_path}/clamd.ctl", f"unix:{tmp_path}/clamd.ctl"):
            assert scanner(address).scan([SIGNATURE]).verdict is Verdict.FOUND
        listener.shutdown(socket.SHUT_RDWR)


def test_large_pieces_are_sent_in_small_ones() -> None:
    with running() as (clamd, address):
        assert scanner(address).scan([bytes(3 * PIECE + 5), SIGNATURE]).verdict is Verdict.FOUND
    assert clamd.received == 3 * PIECE + 5 + len(SIGNATURE)
    assert clamd.largest == PIECE


def test_a_file_above_its_limit_is_refused_and_not_called_clean() -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(4_000):
            sent += PIECE
            yield bytes(PIECE)

    with running(limit=4 * 2**20) as (_, address):
        scan = scanner(address).scan(pieces())
    assert (scan.verdict, scan.name) == (Verdict.REFUSED, "INSTREAM size limit exceeded.")
    assert (scan.finding.value, scan.finding.flags) == ("not scanned", ("refused",))
    # It is not read to the end for a scanner that does not listen any more.
    assert sent < 64 * 2**20


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "closed the connection before it answered"),
        (b"stream: OK", "closed the connection before it answered"),
        (b"stream: Eicar", "closed the connection before it answered"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n\x00", "answered what no clamd answers|no text of a scanner"),
        (b"stream: FOUND\x00", "answered what no clamd answers"),
        (b"OK\x00", "answered what no clamd answers"),
        (b"\x00", "no text of a scanner"),
        (b"stream: \x1b[2Jx FOUND\x00", "no text of a scanner"),
        (b"stream: \xff\xfe FOUND\x00", "no text of a scanner"),
        (b"stream: " + b"x" * 1000 + b" FOUND\x00", "no text of a scanner"),
        (b"x" * 100_000, "its answer has no end"),
        (b" ERROR\x00", "answered what no clamd answers"),
    ],
)
def test_what_no_scanner_answers_is_no_verdict(answer: bytes, why: str) -> None:
    with running(behave=says(answer)) as (_, address), pytest.raises(ScannerUnavailable, match=why):
        scanner(address).scan([b"abc"])


@pytest.mark.parametrize("answer", [b"", b"stre"])
def test_a_scanner_that_stalls_is_given_up(answer: bytes) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.settimeout(60)
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                pass

    with running(behave=behave) as (_, address):
        begun = time.monotonic()
        with pytest.raises(ScannerUnavailable, match=r"did not answer within 0\.5 seconds"):
            scanner(address, 0.5).scan([b"abc"])
        assert time.monotonic() - begun < 50


def test_a_scanner_that_drips_is_given_up() -> None:
    def behave(connection: socket.socket) -> None:
        for _ in range(1200):
            connection.sendall(b"x")
            time.sleep(0.05)

    with (
        running(behave=behave) as (_, address),
        pytest.raises(ScannerUnavailable, match=r"did not answer within 0\.5 seconds"),
    ):
        scanner(address, 0.5).scan([b"abc"])


def test_a_scanner_that_does_not_listen_is_given_up() -> None:
    given_up = threading.Event()

    def behave(connection: socket.socket) -> None:
        given_up.wait(60)
        connection.close()

    with running(behave=behave) as (_, address):
        with pytest.raises(ScannerUnavailable, match=r"did not answer within 0\.5"):
            scanner(address, 0.5).scan(bytes(PIECE) for _ in range(200))
        given_up.set()


def test_waiting_for_the_bytes_is_not_waiting_for_the_scanner() -> None:
    def slow() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.8)
            yield SIGNATURE

    with running() as (_, address):
        assert scanner(address, 2.0).scan(slow()).verdict is Verdict.FOUND


@pytest.mark.parametrize("error", [ConnectionResetError, TimeoutError, KeyError])
def test_what_the_store_raises_passes_through(error: type[Exception]) -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise error("of the store")

    with running() as (_, address), pytest.raises(error, match="of the store"):
        scanner(address).scan(broken())


def test_nobody_there_is_said(tmp_path: Path) -> None:
    for address in ("127.0.0.1:9", str(tmp_path / "nothing")):
        with pytest.raises(ScannerUnavailable, match="The malware scanner cannot be asked: "):
            scanner(address).scan([b"abc"])


def test_another_service_is_no_scanner() -> None:
    def greet(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 mail.example ESMTP\x00")
                connection.recv(100)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=greet, args=(listener,), daemon=True).start()
        with pytest.raises(ScannerUnavailable, match="is this address a clamd"):
            scanner(f"127.0.0.1:{listener.getsockname()[1]}").version()


@pytest.mark.parametrize(
    "address", ["", "localhost", "localhost:0", "localhost:70000", "http://a:1", "relative/path", "a b:1"]
)
def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="/path/of/its/socket or host:port"):
        scanner(address)


class Stored:
    """A stream as the store gives one, in uneven pieces."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def readinto(self, buffer: memoryview) -> int:
        piece, self._left = self._left[: min(len(buffer), 1000)], self._left[min(len(buffer), 1000) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def abort(self) -> None:
        raise AssertionError


def test_a_stored_version_is_read_over_one_buffer() -> None:
    data = bytes(range(256)) * 20
    pieces = [bytes(each) for each in pieces_of(Stored(data))]  # type: ignore[arg-type]
    assert b"".join(pieces) == data
    assert len(pieces) == 6
