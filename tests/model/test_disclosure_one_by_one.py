"""Schedules certified, given up, sent back and endorsed one by one, before their set is whole and after."""

from dataclasses import replace

import pytest

from dems.errors import DisclosureRulesBroken, Invalid, WrongState
from dems.model.disclosure.acting import signature_record
from dems.model.disclosure.contents import Described, Relevant
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import certify_one, endorse_rows, returned, voided
from dems.model.disclosure.reports import Endorsement, Returned
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.ids import PersonId, ScheduleId
from dems.model.people import CaseRole
from tests.model.disclosing import (
    CLEARED_NOT_PII,
    DEPUTY,
    INVESTIGATOR,
    LAWYER,
    OFFICER,
    SENSITIVE,
    Desk,
    inspected,
    item,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import with_both

S = ScheduleState
C, D = schedule_id(1, 1), schedule_id(1, 2)


def sign(desk: Desk, schedule: ScheduleId, by: PersonId = DEPUTY, role: CaseRole | None = None) -> Schedule:
    desk.file = certify_one(desk.file, schedule, desk.acting(by, role))
    return desk.file.schedule(schedule)


def rules(no: pytest.ExceptionInfo[DisclosureRulesBroken]) -> list[tuple[str, str]]:
    return [(p["rule"], p["place"]["key"]) for p in no.value.data["problems"]]


def test_one_schedule_is_signed_and_frozen_before_its_set_is_whole() -> None:
    desk = with_both()
    desk.change_set(reports=())
    signed = sign(desk, C)
    assert (signed.state, desk.file.schedule(D).state) == (S.CERTIFIED, S.DRAFT)
    assert signed.signed is not None
    assert (signed.signed.person, signed.signed.role) == (DEPUTY, CaseRole.DEPUTY_DISCLOSURE_OFFICER)
    assert signed.snapshot is not None
    assert signed.snapshot.intact
    assert b'"name":"E. Lind"' in signed.snapshot.data
    assert desk.file.state_of(desk.set()) is S.DRAFT
    assert desk.broken("R18", "R19") == []
    with pytest.raises(WrongState, match=r"MG6C 1\.0 is certified"):
        sign(desk, C)


def test_the_report_then_freezes_the_set_and_what_nobody_signed_is_signed_with_it() -> None:
    desk = with_both()
    first = sign(desk, C)
    desk.certify()
    [report] = desk.set().reports
    assert desk.file.schedule(C) == first
    assert desk.file.schedule(D).signed == report.by
    assert desk.file.state_of(desk.set()) is S.CERTIFIED
    assert desk.broken("R18", "R19") == []
    desk.submit()
    assert {desk.file.schedule(s).state for s in (C, D)} == {S.SUBMITTED}


def test_a_signature_in_frozen_bytes_is_part_of_what_nobody_changes() -> None:
    desk = with_both()
    signed = sign(desk, C)
    forged = replace(signed, signed=desk.acting(OFFICER))
    desk.change(schedules=tuple(forged if s.id == C else s for s in desk.file.schedules))
    assert desk.broken("R18") == [("R18", "MG6C 1.0")]
    assert signed.signed is not None
    assert set(signature_record(signed.signed)) == {"at", "name", "person", "role"}


@pytest.mark.parametrize(
    ("who", "role", "says"),
    [
        (INVESTIGATOR, None, "The role investigator does not certify"),
        (INVESTIGATOR, CaseRole.DISCLOSURE_OFFICER, "was no disclosure officer of this case on 2 March 2026"),
        (CLEARED_NOT_PII, None, "did not hold both clearances"),
    ],
)
def test_whoever_may_not_certify_is_told_that_alone(who: PersonId, role: CaseRole | None, says: str) -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described("x", ""))
    desk.draft()
    with pytest.raises(DisclosureRulesBroken, match="R17") as no:
        sign(desk, C, who, role)
    assert {p["rule"] for p in no.value.data["problems"]} == {"R17"}
    assert says in " ".join(p["message"] for p in no.value.data["problems"])


def test_every_rule_that_is_broken_in_it_is_named_and_none_of_the_other_schedule() -> None:
    desk = with_both()
    desk.decide(item(1), Described("x", ""))
    desk.decide(item(2), Described("y", ""))
    desk.draft()
    with pytest.raises(DisclosureRulesBroken) as no:
        sign(desk, C)
    assert rules(no) == [("R05", "MG6C 1"), ("R09", "MG6C 1")]
    with pytest.raises(DisclosureRulesBroken) as other:
        sign(desk, D)
    assert rules(other) == [("R05", "MG6D 1"), ("R12", "MG6D 1")]


def test_what_awaits_the_other_schedule_does_not_stop_this_one_and_what_awaits_this_one_does() -> None:
    desk = with_both()
    desk.change(schedules=tuple(s for s in desk.file.schedules if s.id == C))
    desk.change_set(mg6d=None)
    assert desk.broken("R02") == [("R02", str(item(2).id))]
    sign(desk, C)
    missed = with_both()
    missed.item(3)
    with pytest.raises(DisclosureRulesBroken) as no:
        sign(missed, C)
    assert rules(no) == [("R02", str(item(3).id))]


def test_a_report_that_cannot_be_signed_yet_stops_no_schedule() -> None:
    desk = with_both()
    desk.change_set(reports=(desk.report(1, [C, D], by=INVESTIGATOR),))
    assert {rule for rule, _ in desk.broken("R17")} == {"R17"}
    assert sign(desk, C).state is S.CERTIFIED
    with pytest.raises(DisclosureRulesBroken, match="R17"):
        desk.certify()


def test_a_decision_that_breaks_a_rule_by_itself_stops_every_schedule() -> None:
    desk = with_both()
    desk.put(desk.decision(item(2), Relevant(relevant=True), desk.acting(LAWYER)))
    desk.draft()
    with pytest.raises(DisclosureRulesBroken) as no:
        sign(desk, C)
    assert [rule for rule, _ in rules(no)] == ["R03"]


def test_what_changes_after_one_was_signed_is_named_until_it_is_given_up() -> None:
    desk = with_both()
    sign(desk, C)
    desk.decide(item(1), Described("Photograph of the custody desk, taken at noon", "Store B"))
    desk.item(3)
    assert desk.broken("R19") == [("R19", str(item(1).id)), ("R19", str(item(3).id))]
    with pytest.raises(DisclosureRulesBroken, match="R02"):
        desk.certify()
    desk.file = voided(desk.file, set_id(1))
    assert [(s.id, s.state) for s in desk.file.schedules] == [(C, S.VOID)]
    assert desk.file.sets == ()
    desk.draft(2)
    again = desk.file.schedule(schedule_id(2, 1))
    assert (again.name, [r.number for r in again.rows]) == ("MG6C 1.1", [1, 2])
    desk.certify(2)


def test_that_a_row_was_looked_at_voids_nothing_and_that_it_left_does() -> None:
    desk = with_both()
    sign(desk, C)
    sign(desk, D)
    seen = desk.file.material
    desk.change(material={k: replace(m, custody_position=9) for k, m in seen.items()})
    assert desk.broken("R19") == []
    desk.decide(item(1), Relevant(relevant=False))
    assert desk.broken("R19") == [("R19", str(item(1).id))]


def test_a_continuation_is_held_to_what_it_says_of_earlier_numbers() -> None:
    desk = with_both()
    desk.through()
    desk.item(3)
    desk.decide(item(1), Relevant(relevant=False))
    desk.draft(2)
    sign(desk, schedule_id(2, 1))
    assert desk.file.schedule(C).state is S.CONTINUED
    assert desk.broken("R19") == []
    desk.decide(item(1), Relevant(relevant=True))
    assert ("R19", str(item(1).id)) in desk.broken("R19")


def test_there_is_no_certificate_to_give_up_in_a_draft() -> None:
    desk = with_both()
    with pytest.raises(WrongState, match="no certificate"):
        voided(desk.file, set_id(1))


# --- the lawyer, row by row ---


def submitted() -> Desk:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.item(3, SENSITIVE)
    desk.draft()
    desk.certify()
    desk.submit()
    return desk


def given(desk: Desk, number: int, code: str = "CND", schedule: ScheduleId = C) -> Endorsement:
    series = Series.MG6C if schedule == C else Series.MG6D
    return Endorsement(schedule, series, number, code, desk.acting(LAWYER))


def test_a_schedule_is_endorsed_once_each_row_that_counts_is() -> None:
    desk = submitted()
    desk.file = endorse_rows(desk.file, C, [given(desk, 1)])
    assert desk.file.schedule(C).state is S.SUBMITTED
    desk.file = endorse_rows(desk.file, C, [replace(given(desk, 2, "D"), inspected=inspected())])
    assert (desk.file.schedule(C).state, desk.file.schedule(D).state) == (S.ENDORSED, S.SUBMITTED)
    assert desk.file.state_of(desk.set()) is S.SUBMITTED
    desk.file = endorse_rows(desk.file, D, [given(desk, 1, "Y", D)])
    assert desk.file.state_of(desk.set()) is S.ENDORSED
    assert [e.place for e in desk.file.endorsements] == ["MG6C 1", "MG6C 2", "MG6D 1"]


def test_a_schedule_without_rows_is_endorsed_as_it_is() -> None:
    desk = Desk()
    desk.draft()
    desk.certify()
    desk.submit()
    desk.file = endorse_rows(desk.file, C, [])
    assert desk.file.schedule(C).state is S.ENDORSED


def test_a_row_is_endorsed_once_and_on_its_own_schedule() -> None:
    desk = submitted()
    for twice in ([given(desk, 1), given(desk, 1)], [given(desk, 1, "Y", D)]):
        with pytest.raises(Invalid, match="each row of this schedule once"):
            endorse_rows(desk.file, C, twice)
    desk.file = endorse_rows(desk.file, C, [given(desk, 1)])
    with pytest.raises(Invalid, match="endorsed already: 1"):
        endorse_rows(desk.file, C, [given(desk, 1), given(desk, 2)])


def test_what_breaks_the_rule_of_endorsements_leaves_nothing_of_them() -> None:
    desk = submitted()
    with pytest.raises(DisclosureRulesBroken) as no:
        endorse_rows(desk.file, C, [given(desk, 1, "D"), given(desk, 2, "E"), given(desk, 9)])
    assert sorted(rules(no)) == [("R20", "MG6C 1"), ("R20", "MG6C 2"), ("R20", "MG6C 9")]
    draft = with_both()
    with pytest.raises(WrongState):
        endorse_rows(draft.file, C, [given(draft, 1)])


def test_what_comes_back_is_what_was_not_endorsed_yet() -> None:
    desk = submitted()
    desk.file = endorse_rows(desk.file, C, [given(desk, 1), given(desk, 2)])
    back = Returned(set_id(1), "The reason for sensitivity does not suffice.", desk.acting(LAWYER))
    desk.file = returned(desk.file, back)
    assert (desk.file.schedule(C).state, desk.file.schedule(D).state) == (S.ENDORSED, S.RETURNED)
    with pytest.raises(WrongState):
        returned(desk.file, back)
    whole = submitted()
    whole.file = endorse_rows(whole.file, C, [given(whole, 1), given(whole, 2)])
    whole.file = endorse_rows(whole.file, D, [given(whole, 1, "Y", D)])
    with pytest.raises(WrongState, match="endorsed"):
        returned(whole.file, back)
