"""A check that takes long says how far it is to whoever sits at the terminal, and to nobody else; and ends in words."""

import io
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dems.ledger.verifier import Verdict
from dems.package.building import build
from dems.package.places import ALGORITHMS, BAG_DECLARATION, BAG_INFO, BAGIT, manifest, tag_manifest
from dems.package.progress import Progress
from dems.package.verification import Trusted, verify
from tests.ledger.signers import POLICY
from tests.package.making import a_making

LONG = 200 * 10**9
"""Bytes that no machine hashes while this test runs; the file has a hole for all of them."""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def seconds(*each: float) -> Callable[[], float]:
    return iter(each).__next__


def test_a_terminal_is_told_every_half_second_and_is_left_clean() -> None:
    screen = _Terminal()
    with Progress(screen, seconds(0.0, 0.2, 0.6, 0.7, 1.2)) as told:
        for done in (1, 12_340_000_000, 2, 99_960_000_000):
            told(done, 100_000_000_000)
        assert screen.getvalue() == "\r12.3 of 100.0 GB read\r100.0 of 100.0 GB read"
    assert screen.getvalue().endswith("\r" + " " * len("100.0 of 100.0 GB read") + "\r")


def test_a_short_check_says_nothing_of_itself_and_a_pipe_is_never_written_into() -> None:
    for screen in (_Terminal(), io.StringIO()):
        later = 0.4 if isinstance(screen, _Terminal) else 100.0
        with Progress(screen, seconds(0.0, later)) as told:
            told(1, 2)
        assert screen.getvalue() == ""


def test_every_byte_that_is_hashed_is_counted(tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    package.write_bytes(a_making().zip())
    told: list[tuple[int, int]] = []
    report = verify(package, Trusted(POLICY.to_bytes()), told=lambda done, total: told.append((done, total)))
    assert report.verdict is Verdict.PROVED
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1]
    assert len({total for _, total in told}) == 1


def test_ctrl_c_ends_a_long_check_with_a_word_and_no_verdict(tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    with (bag / "data/film.mp4").open("wb") as film:
        film.truncate(LONG)
    (bag / BAGIT).write_bytes(BAG_DECLARATION)
    (bag / BAG_INFO).write_text(f"Payload-Oxum: {LONG}.1\n")
    for algorithm, length in zip(ALGORITHMS, (64, 128), strict=True):
        (bag / manifest(algorithm)).write_text(f"{'0' * length}  data/film.mp4\n")
        (bag / tag_manifest(algorithm)).write_text("")
    ours, its = pty.openpty()
    verifier = tmp_path / "dems-verify.pyz"
    build(verifier)
    command = [sys.executable, str(verifier), str(bag)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=its, start_new_session=True) as program:  # noqa: S603 our own
        os.close(its)
        seen = b""
        while b"GB read" not in seen:
            seen += os.read(ours, 4096)
        program.send_signal(signal.SIGINT)
        while b"Run it again." not in seen:
            seen += os.read(ours, 4096)
        assert program.stdout
        assert program.stdout.read() == b""
        assert program.wait() == 1
    os.close(ours)
    assert b"of 200.0 GB read" in seen
    assert b"Traceback" not in seen
    assert b"Interrupted: nothing was found out. Run it again." in seen
