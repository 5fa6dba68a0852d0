"""Items read again: what no work was due for, what older tools read, and what workers say of their readers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.model.readings import FindingsState
from dems.ports import ReaderReport
from dems.usecases.findings import renew_old
from dems.usecases.findings.renew_old import RenewOld
from tests.conftest import Owner
from tests.usecases.extracting import Library


@pytest.fixture(autouse=True)
def nobody_else(as_owner: Owner) -> None:
    """What other tests left unread, and what their workers said, is out of the way."""
    as_owner("DELETE FROM reader_reports")
    as_owner("DELETE FROM jobs")
    as_owner("UPDATE item_index SET state = 'cancelled' WHERE state IN ('waiting', 'none')")


def told(shelf: Library, worker: str, *, ago: timedelta = timedelta(0), **tools: str) -> ReaderReport:
    report = ReaderReport(worker, datetime.now(UTC) - ago, "full", (), tools, {})
    shelf.dems.findings.report_readers(report)
    return report


def read(shelf: Library, version: str) -> Any:
    shelf.reader.version = version
    item = shelf.sealed(b"read with %s" % version.encode())
    shelf.one(item)
    return item


def state_of(shelf: Library, *items: Any) -> list[str]:
    return [shelf.state(i).value for i in items]


def test_an_item_whose_work_was_lost_is_made_due_again(shelf: Library) -> None:
    item = shelf.sealed(b"its job was deleted by hand")
    assert shelf.dems.findings.renew_old() == 0
    shelf.owner(f"DELETE FROM jobs WHERE subject = '{item.id}'")  # noqa: S608
    assert shelf.dems.findings.renew_old() == 1
    assert shelf.job(item).kind == "extract"
    assert shelf.one(item) is not None


def test_an_item_that_waits_and_cannot_be_read_waits_no_more(shelf: Library) -> None:
    item = shelf.sealed(b"missing")
    shelf.owner(f"DELETE FROM jobs WHERE subject = '{item.id}'")  # noqa: S608
    shelf.owner(f"UPDATE evidence SET integrity = 'missing' WHERE id = '{item.id}'")  # noqa: S608
    assert shelf.dems.findings.renew_old() == 0
    assert (shelf.job(item), shelf.state(item)) == (None, FindingsState.NONE)


def test_what_could_not_be_read_in_its_turn_is_read_once_it_can_be(shelf: Library) -> None:
    item = shelf.sealed(b"missing for an hour")
    shelf.owner(f"UPDATE evidence SET integrity = 'missing' WHERE id = '{item.id}'")  # noqa: S608
    with pytest.raises(NoLongerDue):
        shelf.one(item)
    assert (shelf.job(item), shelf.state(item)) == (None, FindingsState.NONE), "nobody cancelled it"
    assert shelf.dems.findings.renew_old() == 0
    shelf.owner(f"UPDATE evidence SET integrity = 'intact' WHERE id = '{item.id}'")  # noqa: S608
    assert shelf.dems.findings.renew_old() == 1
    assert shelf.one(item) is not None
    assert shelf.state(item) is FindingsState.COMPLETE


def test_what_another_version_of_a_tool_read_is_read_again_and_kept(shelf: Library) -> None:
    old, new = read(shelf, "1"), read(shelf, "2")
    told(shelf, "extract@one", tests="2", another="7")
    assert shelf.dems.findings.renew_old() >= 1
    assert state_of(shelf, old, new) == ["waiting", "complete"]
    shelf.one(old)
    assert [k.tools for k in shelf.readings(old)] == [{"tests": "1"}, {"tests": "2"}]
    assert len(shelf.entries(old, "findings.record")) == 2
    assert shelf.entries(old, "findings.ask") == [], "nobody asked"


def test_while_workers_differ_none_of_their_versions_is_old(shelf: Library) -> None:
    old, new = read(shelf, "1"), read(shelf, "2")
    told(shelf, "extract@one", tests="1")
    told(shelf, "extract@two", tests="2")
    shelf.dems.findings.renew_old()
    assert state_of(shelf, old, new) == ["complete", "complete"]


def test_workers_that_say_nothing_any_more_do_not_count(shelf: Library) -> None:
    old = read(shelf, "1")
    told(shelf, "extract@one", ago=timedelta(hours=4), tests="9")
    shelf.dems.findings.renew_old()
    assert state_of(shelf, old) == ["complete"]


def test_by_setting_nothing_is_read_again(shelf: Library) -> None:
    old = read(shelf, "1")
    told(shelf, "extract@one", tests="9")
    assert RenewOld(shelf.dems.transaction, shelf.dems.clock, reread=False)() == 0
    assert state_of(shelf, old) == ["complete"]


def test_old_readings_wait_for_room_and_come_in_batches(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renew_old, "_PAGE", 1)
    old = [read(shelf, f"batch {n}") for n in range(3)]
    told(shelf, "extract@one", tests="now")
    shelf.sealed(b"new, and waits")
    assert shelf.dems.findings.renew_old(at_most=2) == 1
    assert shelf.dems.findings.renew_old(at_most=2) == 0, "two wait already"
    assert shelf.dems.findings.renew_old() >= 2
    assert state_of(shelf, *old) == ["waiting"] * 3


def test_a_failed_reading_is_tried_again_with_other_tools(shelf: Library) -> None:
    item = shelf.sealed(b"crash")
    for _ in range(3):
        shelf.one(item)
        shelf.due_again()
    assert shelf.state(item) is FindingsState.FAILED
    told(shelf, "extract@one", tests="mended")
    shelf.dems.findings.renew_old()
    assert shelf.state(item) is FindingsState.WAITING
    assert shelf.job(item).attempts == 0


def test_what_a_worker_said_last_is_kept_for_a_day(shelf: Library) -> None:
    old = told(shelf, "extract@gone", ago=timedelta(hours=25))
    told(shelf, "extract@one", ago=timedelta(hours=5))
    now = told(shelf, "extract@one", tests="1")
    with shelf.dems.transaction() as tx:
        assert tx.findings.reports(old.at - timedelta(days=1)) == [now]
    assert shelf.dems.upkeep.observe().readers == [now]


def test_who_was_not_heard_for_hours_is_not_among_those_that_read(shelf: Library) -> None:
    told(shelf, "extract@one", ago=timedelta(hours=4))
    assert shelf.dems.upkeep.observe().readers == []


def test_a_process_that_was_given_nothing_that_reads_says_so(dems: Dems) -> None:
    with pytest.raises(RuntimeError, match="nothing that reads"):
        _ = dems.extraction
