"""What comes back from the prosecutor: rows are endorsed, sets return, and that an MG6C was served is reported."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from dems.errors import Busy, DisclosureRulesBroken, Invalid, NotFound, WrongState
from dems.model.custody import ChainOf, of_proceeding, restricted_of
from dems.model.disclosure.contents import Described
from dems.model.disclosure.reports import Inspection
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.people import CaseRole
from dems.model.times import london_date
from dems.ports import Once, Page
from dems.steps.answering import Endorsed, RowDecided
from dems.steps.submissions import Submission
from tests.conftest import Team, Time
from tests.proceedings import proceeding_of
from tests.submitted import SubmittedSet, drafted_set
from tests.world import Somebody, World

S = ScheduleState
CND = [RowDecided(1, "CND"), RowDecided(2, "CND", None, "It is of another week.")]


def endorse(
    went: SubmittedSet, *rows: RowDecided, of: ScheduleId | None = None, by: Somebody | None = None
) -> Endorsed:
    return went.dems.answers.endorse((by or went.proceeding.lawyer).actor, of or went.mg6c, rows)


def serve(went: SubmittedSet, of: ScheduleId | None = None, *, by: Somebody | None = None, days: int = 0) -> Submission:
    day = london_date(went.dems.clock()) + timedelta(days=days)
    actor = (by or went.proceeding.officer).actor
    return went.dems.answers.report_service(
        actor, went.id, served_on=day, recipient="Moss's solicitors", told_by="H. Bose", schedule_id=of
    )


def entries(went: SubmittedSet, chain: ChainOf) -> list[dict[str, object]]:
    with went.dems.transaction() as tx:
        found = [json.loads(e.detail) for e in tx.custody.chain(chain, Page(100)) if e.detail is not None]
    return sorted(found, key=lambda e: str(e["at"]))


def at_once(went: SubmittedSet, row: RowDecided, many: int) -> list[ScheduleState]:
    """What those are told who get through, of some who endorse the same row in the same moment."""
    lawyer = went.proceeding.lawyer

    def one(_: int) -> ScheduleState | None:
        try:
            return endorse(went, row, by=lawyer).state
        except (Invalid, WrongState, Busy):
            return None

    with ThreadPoolExecutor(many) as pool:
        return [state for state in pool.map(one, range(many)) if state is not None]


def problems(no: pytest.ExceptionInfo[DisclosureRulesBroken]) -> list[tuple[str, str]]:
    return [(p["rule"], p["place"]["key"]) for p in no.value.data["problems"]]


def test_the_lawyer_endorses_each_row_once_and_the_schedule_is_endorsed_once_all_are(went: SubmittedSet) -> None:
    seen = Inspection("H. Bose", went.dems.clock() - timedelta(hours=1))
    first = endorse(went, RowDecided(1, "D", seen))
    assert (first.name, first.state, first.endorsed, first.waiting) == ("MG6C 1.0", S.SUBMITTED, 1, 1)
    assert endorse(went, RowDecided(1, "Y"), of=went.mg6d).state is S.ENDORSED
    assert at_once(went, CND[1], 4) == [S.ENDORSED]
    told = [e for e in entries(went, of_proceeding(went.proceeding.id)) if e["act"] == "schedule.endorse"]
    assert [e["facts"]["endorsed"] for e in told if "endorsed" in e["facts"]] == [1, 1]  # type: ignore[operator,index]
    [secret] = [e for e in entries(went, restricted_of(went.proceeding.id)) if "endorsed" in e["facts"]]  # type: ignore[operator]
    assert (secret["case"], secret["facts"]["schedule"]) == (None, str(went.mg6d))  # type: ignore[index]
    with pytest.raises(WrongState, match="is endorsed"):
        endorse(went, *CND)


def test_every_row_that_is_refused_is_named_to_the_lawyer_alone_and_none_is_endorsed(went: SubmittedSet) -> None:
    late = Inspection("H. Bose", went.dems.clock() + timedelta(hours=1))
    with pytest.raises(DisclosureRulesBroken) as no:
        endorse(went, RowDecided(1, "D", late), RowDecided(2, "ND"), RowDecided(3, "CND"), RowDecided(4, "Q"))
    assert problems(no) == [
        ("R20", "MG6C 1"), ("R20", "MG6C 2"), ("R20", "MG6C 2"), ("R20", "MG6C 3"), ("R20", "MG6C 4"), ("R20", "MG6C 4"),
    ]  # fmt: skip
    assert {p["source"] for p in no.value.data["problems"]} != {None}
    with pytest.raises(DisclosureRulesBroken, match="RP3"):
        endorse(went, *CND[:1], RowDecided(2, "CND"))
    with pytest.raises(Invalid, match="once"):
        endorse(went, *CND, *CND)
    with pytest.raises(DisclosureRulesBroken) as no:
        endorse(went, RowDecided(2, "ND"), RowDecided(9, "ND"), by=went.proceeding.officer)
    assert {p["message"] for p in no.value.data["problems"]} == {
        "Only the reviewing lawyer of this case endorses, in that role on that day."
    }
    with pytest.raises(DisclosureRulesBroken, match="does not hold the role"):
        went.dems.answers.endorse(went.proceeding.officer.actor, went.mg6d, CND, role=CaseRole.REVIEWING_LAWYER)
    uncleared = went.proceeding.member("reviewing_lawyer")
    for of in (went.mg6d, ScheduleId(uuid4())):
        with pytest.raises(NotFound):
            endorse(went, RowDecided(1, "Y"), of=of, by=uncleared)
    with pytest.raises(NotFound):
        endorse(went, *CND, by=went.proceeding.team.outsider)
    assert endorse(went, *CND, by=uncleared).state is S.ENDORSED


def test_what_did_not_go_to_the_prosecutor_is_not_answered(world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    proceeding.ready(proceeding.thing("ABC/1"), "Photograph of the custody desk on the night")
    lawyer, answers = proceeding.lawyer.actor, proceeding.dems.answers
    c, d, e = drafted_set(proceeding)
    for part in (c, d, e):
        with pytest.raises(WrongState, match="went to the prosecutor"):
            answers.endorse(lawyer, ScheduleId(part), CND)
        with pytest.raises(WrongState, match="went to the prosecutor"):
            answers.send_back(lawyer, ScheduleId(part), reason="It is unclear.")
    proceeding.dems.schedules.certify(proceeding.officer.actor, c)
    with pytest.raises(WrongState, match="no set with it"):
        answers.send_back(lawyer, ScheduleId(c), reason="It is unclear.")
    proceeding.dems.schedules.certify(proceeding.officer.actor, e)
    with pytest.raises(WrongState, match="is certified"):
        answers.send_back(lawyer, ScheduleId(c), reason="It is unclear.")
    of = ScheduleSetId(proceeding.dems.schedules.look_up.one(proceeding.officer.actor, c).listed.of)
    with pytest.raises(DisclosureRulesBroken, match="R25"):
        answers.report_service(
            lawyer, of, served_on=london_date(proceeding.dems.clock()), recipient="Moss", told_by="H. Bose"
        )


def test_what_comes_back_is_what_is_not_endorsed_yet_is_not_served_and_is_compared_with_its_correction(
    went: SubmittedSet,
) -> None:
    endorse(went, RowDecided(1, "Y"), of=went.mg6d)
    for by, message in (
        (went.proceeding.team.investigator, "reviewing lawyer or a disclosure officer"),
        (went.proceeding.member("reviewing_lawyer"), "clearance"),
    ):
        with pytest.raises(DisclosureRulesBroken, match=message):
            went.dems.answers.send_back(by.actor, went.mg6c, reason="Describe these.")
    lawyer, once = went.proceeding.lawyer.actor, Once(uuid4().bytes * 2, b"r" * 32)
    back = went.dems.answers.send_back(lawyer, went.mg6c, reason="Describe these.", once=once)
    assert [(f.name, f.state) for f in back.forms if f.id != went.report] == [
        ("MG6C 1.0", S.RETURNED), ("MG6D 1.0", S.ENDORSED),
    ]  # fmt: skip
    assert [(r.reason, r.recorded.role) for r in back.returned] == [("Describe these.", CaseRole.REVIEWING_LAWYER)]
    assert went.dems.answers.send_back(lawyer, went.mg6c, reason="Describe these.", once=once) == back
    with pytest.raises(WrongState):
        went.dems.answers.send_back(lawyer, went.mg6c, reason="Describe these.")
    with pytest.raises(DisclosureRulesBroken, match=r"R25.*MG6C 1\.0 is returned"):
        serve(went)
    hidden = [e for e in entries(went, restricted_of(went.proceeding.id)) if e["act"] == "schedule.return"]
    assert "Describe these." in json.dumps(hidden)
    assert "Describe these." not in json.dumps(entries(went, of_proceeding(went.proceeding.id)))
    compared_with_its_correction(went)


def compared_with_its_correction(went: SubmittedSet) -> None:
    proceeding, compare = went.proceeding, went.dems.answers.compare
    proceeding.decide(went.plain, Described("Photograph of the custody desk, taken at noon", "Store A, shelf 3"))
    proceeding.ready(proceeding.thing("ABC/9"), "Rota of the custody suite for that month")
    c, _, _ = drafted_set(proceeding)
    found = compare(proceeding.uncleared.actor, went.mg6c, ScheduleId(c))
    assert found.difference.words == "1 added, 1 re-described, 0 removed"
    [again] = found.difference.redescribed
    assert (again.old.number, again.fields) == (1, ("description",))
    assert compare(proceeding.uncleared.actor, ScheduleId(c), went.mg6c).difference.words == (
        "0 added, 1 re-described, 1 removed"
    )
    for other in (went.mg6d, ScheduleId(went.report)):
        with pytest.raises(Invalid, match="two MG6Cs or two MG6Ds"):
            compare(proceeding.officer.actor, went.mg6c, other)
        with pytest.raises(NotFound):
            compare(proceeding.uncleared.actor, went.mg6c, other)
    another = proceeding_of(proceeding.world, proceeding.team)
    elsewhere = drafted_set(another)[0]
    with pytest.raises(NotFound):
        compare(another.officer.actor, went.mg6c, ScheduleId(elsewhere))


def test_an_mg6c_is_reported_as_served_once_it_was_endorsed_and_an_mg6d_never_is(
    went: SubmittedSet, time: Time
) -> None:
    with pytest.raises(DisclosureRulesBroken, match="R25"):
        serve(went)
    lawyer, first, second = went.proceeding.lawyer.actor, *(Once(uuid4().bytes * 2, b"f" * 32) for _ in range(2))
    twice = [went.dems.answers.endorse(lawyer, went.mg6c, CND, once=first) for _ in range(2)]
    assert [e.endorsed for e in twice] == [2, 2]
    endorse(went, RowDecided(1, "Y"), of=went.mg6d)
    with pytest.raises(Invalid, match="still to come"):
        serve(went, days=1)
    with pytest.raises(DisclosureRulesBroken, match="was submitted after"):
        serve(went, days=-1)
    with pytest.raises(DisclosureRulesBroken, match="never served"):
        serve(went, went.mg6d)
    uncleared = went.proceeding.uncleared
    for nothing in (went.mg6d, ScheduleId(uuid4())):
        with pytest.raises(NotFound):
            serve(went, nothing, by=uncleared)
    time.ahead += timedelta(days=2)
    told = serve(went, went.mg6c, by=uncleared, days=-1)
    assert [(s.schedule, s.recipient, s.told_by) for s in told.served] == [
        (str(went.mg6c), "Moss's solicitors", "H. Bose")
    ]
    with pytest.raises(DisclosureRulesBroken, match="R03"):
        serve(went, by=went.proceeding.team.investigator)
    [entry] = [e for e in entries(went, of_proceeding(went.proceeding.id)) if e["act"] == "schedule.served"]
    assert "MG6D" not in json.dumps(entry)
    again = [
        went.dems.answers.report_service(
            lawyer, went.id, served_on=london_date(went.dems.clock()), recipient="Moss", told_by="H. Bose", once=second
        )
        for _ in range(2)
    ]
    assert [len(a.served) for a in again] == [2, 2]
