"""Everything that was delayed gets done; then everything stops in order."""

import signal

import psutil

from tests.e2e.conftest import Installation, sha256sum


def test_what_was_delayed_by_a_crash_is_finished_and_whole(installed: Installation) -> None:
    assert set(installed.begun) == {"broker", "worker", "api", "database", "store"}
    for part, begun in installed.begun.items():
        done = installed.finish(begun, 120)
        assert done.code == 0, (part, done.err, done.out)
        sealed = {str(e["path"]): e for e in done.events if e["event"] == "sealed"}
        originals = list((installed.folder / f"while the {part} dies").iterdir())
        assert {path: e["sha256"] for path, e in sealed.items()} == {str(p): sha256sum(p) for p in originals}
    told = installed.dems("doctor", "--json").json
    assert told["ok"], [f for f in told["findings"] if f["state"] == "wrong"]


def test_sigterm_stops_everything_in_order_and_leaves_nothing(installed: Installation) -> None:
    family = psutil.Process(installed.pid).children(recursive=True)
    assert len(family) > 8
    assert installed.end(signal.SIGTERM) == 0
    assert not installed.run_file.exists()
    assert not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert "No DEMS runs on" in installed.dems("person", "list", DEMS_URL="", DEMS_TOKEN="").refused()
