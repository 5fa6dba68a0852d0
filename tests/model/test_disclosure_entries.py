"""What custody entries tell of schedules: all of it, and nothing sensitive where everybody on the case reads."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dems.model.disclosure.entries import told_of
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.recording import certify_one, endorse_rows, returned, served, voided
from dems.model.disclosure.reports import Alert, Endorsement, Returned, ServiceReport
from dems.model.disclosure.schedules import ScheduleState
from tests.model.disclosing import LAWYER, OFFICER, SENSITIVE, SERVED_ON, Desk, inspected, item, schedule_id, set_id
from tests.model.disclosure_steps import with_both

C, D = schedule_id(1, 1), schedule_id(1, 2)


def entries(
    desk: Desk, what: Callable[[ProceedingFile], ProceedingFile], why: str = ""
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What an act tells everybody on the case, and what it tells whoever is cleared."""
    before = desk.file
    desk.file = what(before)
    told = told_of(before, desk.file, why)
    return [t.facts for t in told if not t.restricted], [t.facts for t in told if t.restricted]


def certified(desk: Desk) -> Callable[[ProceedingFile], ProceedingFile]:
    def done(_: ProceedingFile) -> ProceedingFile:
        desk.certify()
        return desk.file

    return done


def test_a_certificate_is_told_with_its_digest_and_who_signed_it() -> None:
    desk = with_both()
    plain, hidden = entries(desk, lambda f: certify_one(f, C, desk.acting()))
    snapshot = desk.file.schedule(C).snapshot
    assert snapshot is not None
    [one] = plain
    assert (one["schedule"], one["name"], one["state"]) == (str(C), "MG6C 1.0", "certified")
    assert one["sha256"] == snapshot.digest.hex
    assert (one["signed"]["name"], one["signed"]["role"]) == ("D. Okoro", "disclosure_officer")
    assert hidden == []
    plain, hidden = entries(desk, certified(desk))
    assert plain == [], "the MG6C was certified before"
    d, whole = hidden
    assert (d["name"], whole["schedules"], whole["nil"]) == ("MG6D 1.0", [str(C), str(D)], None)
    [report], [part] = whole["reports"], desk.set().parts
    assert (report["sha256"], report["signed"]["name"]) == (part.digest.hex, "D. Okoro")
    assert whole["sha256"] == desk.set().snapshot.digest.hex  # type: ignore[union-attr]  # it was certified


def test_that_there_is_nothing_sensitive_is_not_told_to_everybody_either() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    plain, hidden = entries(desk, certified(desk))
    assert [set(p) for p in plain] == [{"schedule", "name", "state", "sha256", "signed"}]
    assert [h["nil"]["name"] for h in hidden] == ["D. Okoro"]


def test_drafts_are_not_told() -> None:
    desk = Desk()
    before = desk.file
    desk.item(1)
    desk.draft()
    assert told_of(before, desk.file) == ()


def test_what_the_prosecutor_answers_is_told_each_in_its_chain() -> None:
    desk = with_both()
    desk.certify()
    before = desk.file
    desk.submit()
    states = [(t.restricted, t.facts["state"]) for t in told_of(before, desk.file)]
    assert states == [(False, "submitted"), (True, "submitted")]
    code = Endorsement(C, desk.file.schedule(C).series, 1, "D", desk.acting(LAWYER), inspected())
    plain, hidden = entries(desk, lambda f: endorse_rows(f, C, [code]))
    assert [p.get("state", p.get("endorsed")) for p in plain] == ["endorsed", 1]
    assert hidden == []
    other = replace(code, code="CND", inspected=None)
    digests = {
        plain[1]["sha256"],
        told_of(desk.file, replace(desk.file, endorsements=(code, other)))[0].facts["sha256"],
    }
    assert len(digests) == 2
    report = ServiceReport(C, SERVED_ON, "Moss's solicitors", "The prosecutor", desk.once_served(OFFICER))
    plain, hidden = entries(desk, lambda f: served(f, report))
    assert plain == [
        {"schedule": str(C), "served_on": "2026-04-02", "recipient": "Moss's solicitors", "told_by": "The prosecutor"}
    ]
    on_d = replace(code, schedule=D, series=desk.file.schedule(D).series, code="Y")
    assert entries(desk, lambda f: endorse_rows(f, D, [on_d]))[0] == []


def test_reasons_and_what_moved_are_for_whoever_is_cleared() -> None:
    desk = with_both()
    desk.certify()
    desk.submit()
    back = Returned(set_id(1), "The reason for sensitivity does not suffice.", desk.acting(LAWYER))
    plain, hidden = entries(desk, lambda f: returned(f, back))
    assert [p["state"] for p in plain] == [ScheduleState.RETURNED]
    assert back.reason not in json.dumps(plain)
    assert hidden[1] == {"set": str(set_id(1)), "returned": back.reason}
    moved = Alert(item(1), LAWYER, desk.acting().at)
    plain, hidden = entries(desk, lambda f: replace(f, alerts=(moved,)))
    assert (plain, hidden[0]["moved"], hidden[0]["told"]) == ([], item(1).key, str(LAWYER))
    other = Desk()
    other.item(1)
    other.item(2, SENSITIVE)
    other.draft()
    other.certify()
    plain, hidden = entries(other, lambda f: voided(f, set_id(1)), "A source was named.")
    assert [p["state"] for p in plain] == ["void"]
    assert "source" not in json.dumps(plain)
    assert hidden[-1] == {"why": "A source was named.", "schedules": [str(C), str(D)]}
