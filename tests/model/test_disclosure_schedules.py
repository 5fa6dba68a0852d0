"""Schedules: rows that follow from decisions, numbers that stay, corrections, continuations, what is frozen and what is shown."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from dems.errors import AlreadyExists, Invalid, WrongState
from dems.ledger.canonical import canonical
from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Level,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    Sensitive,
    Used,
)
from dems.model.disclosure.criminal import FORMS, REGIMES, TEMPLATES, regimes_of
from dems.model.disclosure.differences import difference
from dems.model.disclosure.drafting import draft, left_out
from dems.model.disclosure.forms import NOT_SERVED, Field, Form, HowFar, Series, valid
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.material import Holding, Subject
from dems.model.disclosure.output import lines_of
from dems.model.disclosure.recording import drafted, returned, voided
from dems.model.disclosure.reports import (
    Alert,
    Endorsement,
    Inspection,
    ReportRow,
    Returned,
    ScheduleSet,
    ServiceReport,
)
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import NEXT, Note, Schedule, ScheduleState
from dems.model.life.vocabulary import Open
from tests.model.disclosing import (
    LAWYER,
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    digest,
    evidence_id,
    item,
    material,
    schedule_id,
    set_id,
)

S = ScheduleState


def rows(schedule: Schedule) -> list[tuple[int, Subject, Note | None]]:
    return [(row.number, row.subject, row.note) for row in schedule.rows]


def sent_back(desk: Desk, number: int) -> None:
    desk.certify(number)
    desk.submit(number)
    desk.file = returned(desk.file, Returned(set_id(number), "Describe these.", desk.acting(LAWYER)))


def newest(desk: Desk, series: Series = Series.MG6C) -> Schedule:
    return [s for s in desk.file.schedules if s.series is series][-1]


# --- rows follow from decisions ---


def test_a_row_says_what_was_decided_and_is_bound_to_the_bytes() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    [row] = newest(desk).rows
    assert (row.description, row.location) == ("Photograph 1 of the custody desk on the night", "Store A, shelf 3")
    assert (row.binding.sha256, row.binding.custody_position, row.quantity) == (digest(1).hex, 2, 1)
    assert set(row.basis) == {d.id for d in desk.file.record.decisions}
    assert row.schedule_reason == ""


def test_a_row_of_a_block_has_its_quantity_and_the_digest_of_its_annex() -> None:
    desk = Desk()
    block = desk.block(1, 4, 5, 6)
    desk.draft()
    [row] = newest(desk).rows
    [whole] = desk.file.blocks.values()
    assert (row.subject, row.quantity, row.description) == (block, 3, "Photographs of meals and pets")
    assert row.binding.sha256 == whole.frozen_annex.digest.hex
    undescribed = replace(desk.file, record=replace(desk.file.record, decisions=tuple(
        d for d in desk.file.record.decisions if not isinstance(d.content, Described)
    )))  # fmt: skip
    assert draft(undescribed, Series.MG6C, schedule_id(9, 1)).rows[0].location == "Phone ABC/90"


def test_items_are_numbered_by_date_and_exhibit_and_blocks_after_them() -> None:
    desk = Desk()
    block = desk.block(1, 8, 9)
    desk.item(3)
    desk.item(2)
    desk.item(1, added_on=date(2026, 2, 2))
    desk.draft()
    assert [row.subject for row in newest(desk).rows] == [item(2), item(3), item(1), block]


def test_whatever_cannot_be_listed_is_listed_as_such_with_why() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, sealed=False)
    desk.item(3, holding=Holding.PHYSICAL, digest=None, sealed=False)
    desk.item(4, holding=Holding.PHYSICAL, custody_position=None)
    desk.item(5, holding=Holding.OFF_SYSTEM)
    desk.item(6, unexamined=True)
    desk.item(7)
    desk.decide(item(7), Privilege(PrivilegeState.SUSPECTED))
    desk.item(8, replace(SENSITIVE, level=Level.HIGHLY))
    desk.item(9, replace(SENSITIVE, level=Level.IN_PART))
    desk.add(*(material(n) for n in (10, 11, 12, 13, 14, 15)))
    desk.decide(item(11), Relevant(relevant=True))
    desk.decide(item(12), Relevant(relevant=True), Used(used=False))
    desk.decide(item(13), Relevant(relevant=True), Used(used=False), Described("A long description of it", "A"))
    desk.decide(item(14), Relevant(relevant=True), Used(used=True))
    desk.decide(item(15), Relevant(relevant=False))
    found = {p.subject: p.why for p in left_out(desk.file)}
    assert {int(s.id) - 0xE7_0000: why.split(":")[0] for s, why in found.items()} == {
        2: "it is not sealed, or has no place in a custody chain",
        4: "it is not sealed, or has no place in a custody chain",
        5: "it is not here",
        6: "it was seized unexamined",
        7: "it may be privileged",
        8: "it is highly sensitive",
        9: "its edited version is listed in its place",
        10: "it awaits a decision about relevance",
        11: "it awaits a decision whether it is used",
        12: "it awaits a description",
        13: "it awaits a decision about sensitivity",
    }
    desk.draft()
    assert [row.subject for row in newest(desk).rows] == [item(1), item(3)]


def test_a_block_that_waits_for_something_is_listed_as_such() -> None:
    desk = Desk()
    privileged, examined, mixed, undecided = (desk.block(n, 10 * n, 10 * n + 1) for n in (1, 2, 3, 4))
    desk.decide(item(10), Privilege(PrivilegeState.SUSPECTED))
    desk.add(material(21, unexamined=True))
    desk.decide(item(31), SENSITIVE, Described("A message that names somebody", ""))
    without = tuple(d for d in desk.file.record.decisions if (d.subject, type(d.content)) != (undecided, Sensitive))
    desk.change(record=replace(desk.file.record, decisions=without))
    found = {p.subject: p.why.split(":")[0] for p in left_out(desk.file)}
    assert found == {
        privileged: "it may be privileged",
        examined: "it was seized unexamined",
        mixed: "it holds a sensitive item",
        undecided: "it awaits a decision about sensitivity",
    }


# --- numbers ---


def test_a_correction_keeps_every_number_and_adds_at_the_end() -> None:
    desk = Desk()
    for number in (1, 2, 3):
        desk.item(number)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(2), Used(used=True))
    desk.item(4, added_on=date(2026, 1, 1))
    desk.decide(item(3), Described("Photograph of the cell corridor, empty", "Store B"))
    desk.draft(2)
    assert rows(newest(desk)) == [
        (1, item(1), None),
        (2, item(2), Note.NOW_USED),
        (3, item(3), None),
        (4, item(4), None),
    ]
    assert check(desk.file) == ()
    what = difference(*[s for s in desk.file.schedules if s.series is Series.MG6C])
    assert what.words == "1 added, 1 re-described, 1 removed"
    assert [r.fields for r in what.redescribed] == [("description", "location")]
    assert [r.number for r in (*what.added, *what.removed)] == [4, 2]


def test_what_comes_back_gets_a_new_number() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(1), SENSITIVE)
    desk.draft(2)
    desk.change(alerts=(Alert(item(1), LAWYER, desk.acting().at),))
    desk.decide(item(1), Described("Photograph 1 of the custody desk on the night", "Store A"))
    desk.draft(2)
    assert rows(newest(desk)) == [(1, item(1), Note.MOVED), (2, item(2), None)]
    assert rows(newest(desk, Series.MG6D)) == [(1, item(1), None)]
    desk.change(schedules=tuple(s for s in desk.file.schedules if s.series is Series.MG6C))
    corrected = newest(desk)
    certified = replace(corrected.certified(frozen({})).into(S.SUBMITTED).into(S.RETURNED))
    desk.change(schedules=(*desk.file.schedules[:-1], certified))
    desk.decide(item(1), NOT_SENSITIVE)
    third = draft(desk.file, Series.MG6C, schedule_id(3, 1))
    assert rows(third) == [(1, item(1), Note.MOVED), (2, item(2), None), (3, item(1), None)]


def test_what_cannot_be_listed_any_more_leaves_its_number_set_aside() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED))
    desk.draft(2)
    assert rows(newest(desk)) == [(1, item(1), Note.SET_ASIDE)]


def test_a_continuation_annotates_what_ended_and_goes_on_with_the_numbers() -> None:
    desk = Desk()
    for number in range(1, 7):
        desk.item(number)
    desk.through(1)
    first = newest(desk)
    desk.decide(item(1), Used(used=True))
    desk.decide(item(2), Relevant(relevant=False))
    desk.decide(item(3), SENSITIVE)
    desk.decide(item(4), replace(SENSITIVE, level=Level.HIGHLY))
    desk.decide(item(5), Privilege(PrivilegeState.SUSPECTED))
    block = desk.block(1, 6, 8)
    desk.item(7)
    desk.draft(2)
    second = newest(desk)
    assert second.name == "MG6C 2.0"
    assert rows(second) == [(7, item(7), None), (8, block, None)]
    assert [(a.number, a.note) for a in second.annotations] == [
        (1, Note.NOW_USED),
        (2, Note.NOT_RELEVANT),
        (3, Note.MOVED),
        (4, Note.MOVED),
        (6, Note.LISTED_OTHERWISE),
    ]
    assert difference(first, second).words == "2 added, 0 re-described, 5 removed"
    assert list(desk.file.live[Series.MG6C]) == [item(5), item(7), block]
    with pytest.raises(ValueError, match="two series"):
        difference(first, newest(desk, Series.MG6D))


def test_a_voided_certificate_keeps_its_numbers() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    desk.certify(1)
    desk.decide(item(1), Relevant(relevant=False))
    desk.file = voided(desk.file, set_id(1))
    desk.draft(2)
    assert rows(newest(desk)) == [(1, item(1), Note.NOT_RELEVANT), (2, item(2), None)]
    assert newest(desk).name == "MG6C 1.1"


def test_a_draft_is_made_anew_as_often_as_wanted_and_takes_no_number() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    desk.decide(item(1), Relevant(relevant=False))
    desk.draft(1)
    assert rows(newest(desk)) == [(1, item(2), None)]
    assert len(desk.file.schedules) == len(desk.file.sets) == 1


def test_one_schedule_of_a_series_is_under_way_at_a_time() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft(1)
    for act in (desk.certify, desk.submit):
        act()
        with pytest.raises(WrongState, match="under way at a time"):
            draft(desk.file, Series.MG6C, schedule_id(2, 1))
    desk.endorse()
    draft(desk.file, Series.MG6C, schedule_id(2, 1))


def test_certifying_the_next_continues_the_one_before_and_leaves_the_other_series() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.through(1)
    desk.item(3)
    desk.draft(2)
    desk.certify(2)
    assert [(s.name, s.state) for s in desk.file.schedules] == [
        ("MG6C 1.0", S.CONTINUED),
        ("MG6D 1.0", S.ENDORSED),
        ("MG6C 2.0", S.CERTIFIED),
    ]
    desk.submit(2)
    desk.endorse(2)
    desk.item(4, SENSITIVE)
    desk.draft(3)
    desk.certify(3)
    assert [s.state for s in desk.file.schedules] == [S.CONTINUED, S.CONTINUED, S.CONTINUED, S.CERTIFIED, S.CERTIFIED]


def test_drafts_have_ids_of_their_own_and_belong_to_their_set() -> None:
    desk = Desk()
    desk.item(1)
    desk.through(1)
    with pytest.raises(AlreadyExists):
        desk.draft(1)
    again = draft(desk.file, Series.MG6C, schedule_id(2, 1))
    with pytest.raises(AlreadyExists):
        drafted(desk.file, [again], replace(desk.set(1), mg6c=again.id))
    with pytest.raises(Invalid, match="drafted with it"):
        drafted(desk.file, [again], ScheduleSet(set_id(2), schedule_id(3, 1), None))


def test_no_state_follows_another_that_is_not_in_the_life_of_a_schedule() -> None:
    life = {
        S.DRAFT: {S.CERTIFIED},
        S.CERTIFIED: {S.SUBMITTED, S.VOID},
        S.SUBMITTED: {S.RETURNED, S.ENDORSED},
        S.ENDORSED: {S.CONTINUED},
        S.VOID: set(),
        S.RETURNED: set(),
        S.CONTINUED: set(),
    }
    assert life == NEXT
    bare = Schedule(schedule_id(1, 1), Desk().file.record.proceeding, Series.MG6C, 1, 0, "MG6C 1")
    for state in S:
        for then in S:
            schedule = replace(bare, state=state)
            if then in life[state]:
                assert schedule.into(then).state is then
            else:
                with pytest.raises(WrongState, match=f"MG6C 1.0 is {state.value}"):
                    schedule.into(then)
    assert [s for s in S if replace(bare, state=s).open] == [S.DRAFT, S.CERTIFIED]


def test_a_row_of_another_series_is_on_no_schedule() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.draft()
    with pytest.raises(Invalid, match="cannot be on this MG6C"):
        replace(newest(desk), rows=newest(desk, Series.MG6D).rows)


# --- frozen ---


def test_what_is_certified_is_frozen_in_the_byte_form_of_custody_entries() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described("Café receipt, “ABC/1” \u2028 signed \U0001f58a", "Store \t A"))
    desk.item(2, SENSITIVE)
    row = ReportRow(Series.MG6D, 1, "It names another.", "Copy of ABC/2")
    desk.draft(note="Some note.", copies=frozenset({item(1)}))
    desk.change_set(reports=(desk.report(1, desk.set().schedules, row),))
    desk.certify()
    of = desk.set()
    snapshots = [s.snapshot for s in desk.file.schedules] + [of.snapshot, *of.parts]
    assert len(snapshots) == 4
    for snapshot in snapshots:
        assert snapshot is not None
        assert snapshot.data == canonical(json.loads(snapshot.data))
        assert snapshot.digest.hex == hashlib.sha256(snapshot.data).hexdigest()
    c, d, whole, report = (json.loads(s.data) for s in snapshots if s is not None)
    assert (c["title"], c["urn"], c["template"]) == ("R v Moss", "13AB1234526", "MG6C 1")
    assert c["rows"][0]["description"] == "Café receipt, “ABC/1” \u2028 signed \U0001f58a"
    assert d["rows"][0]["schedule_reason"] == SENSITIVE.schedule_reason
    assert report["rows"] == [{"copy": "Copy of ABC/2", "reason": "It names another.", "row": "MG6D 1"}]
    assert report["certificate"]["text"].startswith("I certify that, to the best of my knowledge and belief")
    assert {e["sha256"] for e in report["covers"]} == {s.digest.hex for s in snapshots[:2] if s is not None}
    assert whole["parts"] == [of.parts[0].digest.hex]
    assert whole["copies"] == [item(1).key]
    assert report["signed"]["name"] == "D. Okoro"
    assert report["signed"]["role"] == "disclosure_officer"


def test_a_nil_schedule_is_signed_in_what_is_frozen() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.certify()
    snapshot = desk.set().snapshot
    assert snapshot is not None
    whole = json.loads(snapshot.data)
    assert whole["nil"]["name"] == "D. Okoro"
    assert len(whole["basis"]) == 1


def test_the_same_data_give_the_same_bytes() -> None:
    made = []
    for _ in range(2):
        desk = Desk()
        desk.item(1)
        desk.block(1, 4, 5)
        desk.draft()
        desk.certify()
        made.append([*(s.snapshot for s in desk.file.schedules), desk.set().snapshot])
    assert made[0] == made[1]


def test_a_text_that_is_no_utf8_is_not_frozen() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        frozen({"text": "\ud800"})


# --- what forms show ---


def test_a_form_shows_its_columns_and_of_withdrawn_rows_their_numbers_only() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(1), Relevant(relevant=False))
    desk.draft(2)
    template = FORMS.template(Form.MG6C, date(2026, 3, 2))
    given = Endorsement(newest(desk).id, Series.MG6C, 2, "CND", desk.acting(LAWYER))
    first, second = lines_of(newest(desk), template, {2: given})
    assert {k: v for k, v in first.cells.items() if v} == {Field.NUMBER: "1", Field.DESCRIPTION: "Withdrawn"}
    assert list(second.cells) == [c.field for c in template.columns]
    assert second.cells[Field.PROSECUTOR_DECISION] == "CND"
    assert second.cells[Field.DESCRIPTION] == "Photograph 2 of the custody desk on the night"
    assert (first.place, second.place) == ("MG6C 1", "MG6C 2")


def test_a_continuation_shows_the_earlier_numbers_that_count_no_more() -> None:
    desk = Desk()
    desk.item(1)
    desk.through(1)
    desk.decide(item(1), SENSITIVE)
    desk.item(2)
    desk.draft(2)
    lines = lines_of(newest(desk), FORMS.template(Form.MG6C, desk.file.on), {})
    assert [(n.cells[Field.NUMBER], n.cells[Field.DESCRIPTION][:9]) for n in lines] == [
        ("2", "Photograp"),
        ("1", "Withdrawn"),
    ]


# --- forms and codes ---


def test_no_form_that_is_served_has_a_column_that_is_not() -> None:
    served = [t for t in TEMPLATES if t.form in {Form.MG6C, Form.SDC}]
    assert all(c.field not in NOT_SERVED for t in served for c in t.columns)
    assert {t.form for t in TEMPLATES} == set(Form)


def test_the_newest_form_in_force_that_day_counts() -> None:
    [old] = [t for t in TEMPLATES if t.form is Form.MG6C]
    new = replace(old, version=2, begins=date(2027, 1, 1))
    forms = replace(FORMS, templates=(*TEMPLATES, new))
    assert forms.template(Form.MG6C, date(2026, 12, 31)) is old
    assert forms.template(Form.MG6C, date(2027, 1, 1)) is new
    with pytest.raises(Invalid, match="no MG6C form for 2026-01-01"):
        replace(FORMS, templates=(new,)).template(Form.MG6C, date(2026, 1, 1))


def test_a_code_means_something_between_its_dates() -> None:
    code = replace(FORMS.presumptions[0], open=Open(date(2026, 1, 1), date(2026, 1, 31)))
    assert valid((code,), "RP1", date(2026, 1, 31)) is code
    assert valid((code,), "RP1", date(2026, 2, 1)) is None
    assert FORMS.endorsement(Series.MG6C, "ZZ", date(2026, 1, 1)) is None


def test_the_codes_are_those_of_the_field() -> None:
    assert [c.code for c in FORMS.endorsements[Series.MG6C]] == ["D", "I", "CND", "ND", "EV"]
    assert [c.code for c in FORMS.presumptions] == [f"RP{n}" for n in range(1, 8)]
    assert [c.code for c in FORMS.certificates] == ["a", "b", "c", "d"]
    assert len(FORMS.sensitivities) == 13
    codes = (*FORMS.presumptions, *FORMS.certificates, *FORMS.sensitivities, *FORMS.endorsements[Series.MG6D])
    sources = [*(t.source for t in TEMPLATES), *(c.source for c in codes)]
    assert all(s.text and s.checked in {HowFar.PARTLY, HowFar.UNVERIFIED} for s in sources)


def test_the_regimes_of_an_investigation_are_those_in_force_when_it_began() -> None:
    assert regimes_of(date(2005, 4, 3)) == ()
    assert [r.name for r in regimes_of(date(2005, 4, 4))] == ["Code of Practice 2005"]
    assert regimes_of(date(2024, 5, 29)) == REGIMES


# --- what goes with them ---


def test_a_set_is_of_something_and_not_of_both_an_mg6d_and_its_absence() -> None:
    desk = Desk()
    with pytest.raises(Invalid, match="at least one schedule"):
        ScheduleSet(set_id(1), None, None)
    with pytest.raises(Invalid, match="choose one"):
        ScheduleSet(set_id(1), None, schedule_id(1, 2), nil=desk.acting())


def test_reports_of_what_others_did_say_who_said_so() -> None:
    desk = Desk()
    by = desk.acting(LAWYER)
    with pytest.raises(Invalid, match="on whom"):
        ServiceReport(schedule_id(1, 1), date(2026, 3, 2), " ", "H. Bose", by)
    with pytest.raises(Invalid, match="who reported"):
        ServiceReport(schedule_id(1, 1), date(2026, 3, 2), "Counsel", "", by)
    with pytest.raises(Invalid, match="put right"):
        Returned(set_id(1), "", by)
    with pytest.raises(Invalid, match="who inspected"):
        Inspection("", by.at)


def test_an_item_that_meets_the_test_is_listed_beside_its_block_with_the_blocks_relevance() -> None:
    desk = Desk()
    block = desk.block(1, 4, 5)
    desk.decide(
        item(4), AgainstTest(Result.MEETS), NOT_SENSITIVE, Described("Photograph of the injury that night", "A")
    )
    desk.draft()
    assert [row.subject for row in newest(desk).rows] == [item(4), block]
    relevance = desk.file.record.stands(block, Relevant)
    assert relevance is not None
    assert relevance.id in newest(desk).rows[0].basis
    assert check(desk.file) == ()
    assert evidence_id(4) != UUID(int=0)
