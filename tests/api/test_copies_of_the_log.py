"""`dems ledger copy`: whoever wants to holds a copy of the log, which then nobody can change without being found out."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from dems.bootstrap import Dems
from dems.cli.main import main
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.verifier import Verdict
from dems.package.verification import Trusted, verify
from tests.api.conftest import serve
from tests.logbook import Chain, Logbook
from tests.usecases.attacked import FORGED, forged, policy, rebuilt


@pytest.fixture
def url(book: Logbook) -> Iterator[str]:
    """Where the log is shown to anyone."""
    shown = book.settings.ledger.model_copy(update={"public": True})
    settings = book.settings.model_copy(update={"ledger": shown})
    yield from serve(Dems(settings, nudge=lambda _: None, engine=book.app), settings)


@pytest.fixture
def folder(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of somebody without a token."""
    monkeypatch.setenv("DEMS_URL", url)
    monkeypatch.delenv("DEMS_TOKEN", raising=False)
    return tmp_path / "our copy"


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def verdict(book: Logbook, folder: Path) -> Verdict:
    return verify(folder, Trusted(policy(book).to_bytes())).verdict


def test_a_copy_is_brought_up_to_date_and_holds_each_time(
    book: Logbook, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copying = ["ledger", "copy", str(folder)]
    assert main(copying) == 1
    assert "The log has not taken this in yet" in capsys.readouterr().err
    for count, entries in ((5, 5), (251, 256), (44, 300), (700, 1000)):
        book.write(count)
        book.sign()
        assert main([*copying, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"entries": entries, "new": count}
        assert verdict(book, folder) is Verdict.PROVED
    assert main(copying) == 0
    assert capsys.readouterr().out == "1000 entries, 0 of them new\n"
    bundles = {f"tile/entries/{name}" for name in ("000", "001", "002", "003.p/232")}
    kept = {f"checkpoints/{size:020}" for size in (5, 256, 300, 1000)}
    assert files(folder) == {"checkpoint", "policy.txt"} | bundles | kept
    assert verify(folder, Trusted()).verdict is Verdict.NOT_PROVED, "the keys are those that it brings itself"


def test_a_log_that_was_rewritten_is_found_out_by_whoever_has_a_copy(
    book: Logbook, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copying, chain = ["ledger", "copy", str(folder)], Chain()
    book.write(280, chain)
    book.sign()
    assert main(copying) == 0
    entry, _ = book.leaves()[270]
    book.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    book.behind_its_back(*rebuilt(book))
    book.write(300)
    forgery = Checkpoint.from_text(forged(book).text)
    before = files(folder)
    assert main(copying) == 1
    said = capsys.readouterr().err
    assert "has other entries from 256 on than the copy: it was changed since" in said
    assert files(folder) - before == {f"checkpoints/{forgery.size:020}"}
    assert verdict(book, folder) is Verdict.NOT_PROVED, "what the log says today is of more entries than the copy has"


def test_a_log_that_was_changed_where_the_copy_is_not_fetched_again_is_false_when_it_is_verified(
    book: Logbook, folder: Path
) -> None:
    book.write(280)
    book.sign()
    assert main(["ledger", "copy", str(folder)]) == 0
    entry, _ = book.leaves()[3]
    book.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    book.behind_its_back(*rebuilt(book))
    book.write(1)
    forged(book)
    assert main(["ledger", "copy", str(folder)]) == 0
    assert verdict(book, folder) is Verdict.FALSE


def test_a_log_that_was_set_back_or_tells_two_histories_does_not_touch_the_copy(
    book: Logbook, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copying = ["ledger", "copy", str(folder)]
    book.write(280)
    book.sign()
    assert main(copying) == 0
    newest = (folder / "checkpoint").read_bytes()
    entry, _ = book.leaves()[3]
    book.behind_its_back(f"UPDATE custody_entries SET leaf = {FORGED} WHERE id = '{entry}'")  # noqa: S608
    book.behind_its_back(*rebuilt(book))
    forged(book)
    assert main(copying) == 1
    assert "says another tree of 280 entries than the copy: it tells two histories" in capsys.readouterr().err
    assert verdict(book, folder) is Verdict.FALSE, "both are signed, and lie side by side"
    (folder / f"checkpoints/{280:020}").write_bytes(b"somebody laid this over it")
    assert main(copying) == 1
    assert "tells two histories" in capsys.readouterr().err
    book.behind_its_back("DELETE FROM custody_leaves WHERE idx >= 100")
    book.behind_its_back(*rebuilt(book))
    forged(book)
    assert main(copying) == 1
    assert "has 100 entries, and the copy 280: it was set back" in capsys.readouterr().err
    assert (folder / "checkpoint").read_bytes() == newest


def test_what_is_no_copy_of_this_log_is_left_alone(
    book: Logbook, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copying = ["ledger", "copy", str(folder)]
    book.write(3)
    book.sign()
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"a photo")
    assert main(copying) == 1
    assert "holds something else than a copy of a log: name another folder" in capsys.readouterr().err
    (folder / "holiday.jpg").unlink()
    (folder / "checkpoint").write_text("3 entries")
    assert main(copying) == 1
    assert "is no checkpoint" in capsys.readouterr().err
    (folder / "checkpoint").write_bytes(b"other.example/log\n" + (book.sign().note).split(b"\n", 1)[1])
    assert main(copying) == 1
    assert "This is a copy of the log other.example/log, and at" in capsys.readouterr().err
    assert files(folder) == {"checkpoint"}
    assert main(["ledger", "copy", str(folder / "checkpoint")]) == 1
    assert "cannot be read or written" in capsys.readouterr().err
    monkeypatch.setenv("DEMS_URL", "http://127.0.0.1:9")
    assert main(["ledger", "copy", str(folder.with_name("new"))]) == 1
    assert "Nothing answers at http://127.0.0.1:9" in capsys.readouterr().err


def test_one_that_ended_in_the_middle_goes_on(book: Logbook, folder: Path) -> None:
    book.write(600)
    book.sign()
    whole = folder.with_name("whole")
    assert main(["ledger", "copy", str(whole)]) == 0
    (folder / "tile/entries").mkdir(parents=True)
    (folder / "tile/entries/000").write_bytes((whole / "tile/entries/000").read_bytes())
    (folder / ".copying.part").write_bytes(b"half")
    assert main(["ledger", "copy", str(folder)]) == 0
    assert files(folder) == files(whole)
    assert verdict(book, folder) is Verdict.PROVED


class _Flaky(SimpleHTTPRequestHandler):
    """A log as plain files, of which no bundle is given to whoever asks for it once only."""

    asked: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        if "entries" in self.path and self.path not in self.asked:
            self.asked.add(self.path)
            self.close_connection = True
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def test_what_does_not_come_at_once_is_asked_for_again(
    book: Logbook, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.write(300)
    book.sign()
    plain = folder.with_name("plain")
    assert main(["ledger", "copy", str(plain / "ledger")]) == 0
    (plain / "ledger/policy.txt").rename(plain / "ledger/policy")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Flaky, directory=str(plain))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DEMS_URL", f"http://127.0.0.1:{server.server_port}")
        assert main(["ledger", "copy", str(folder)]) == 0
        server.shutdown()
    assert capsys.readouterr().err.count("Trying again.") == len(_Flaky.asked) == 2
    assert verdict(book, folder) is Verdict.PROVED
