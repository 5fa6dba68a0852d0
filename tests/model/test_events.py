"""What is one event, who learns of it, and which acts make events."""

from uuid import UUID

import pytest

from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import INSTALLATION, Authority, ChainKind, ChainOf, Record, of_case, of_item, of_person
from dems.model.events import Audience, Event, makes_events, telling, told_by_others
from dems.model.ids import CaseId, EntryId, EvidenceId, new_id
from tests.model.people import CASE_ID, EVIDENCE_ID, person_id

OTHER_ITEM = EvidenceId(UUID(int=77))
WHO_LEARNS = {
    ChainKind.ITEM: ("case", "evidence/{}"),
    ChainKind.CASE: ("case", "cases/{}"),
    ChainKind.PERSON: ("person", "people/{}"),
    ChainKind.INSTALLATION: ("installation", "custody"),
    ChainKind.PROCEEDING: ("case", "proceedings/{}"),
    ChainKind.RESTRICTED: ("nobody", "proceedings/{}"),
}


def entry(act: Act, chain: ChainOf, case_id: CaseId | None = CASE_ID, evidence_id: EvidenceId | None = None) -> Record:
    return Record(EntryId(new_id()), chain, Authority(system(), act, "system"), act, case_id, evidence_id)


@pytest.mark.parametrize("kind", ChainKind)
def test_every_kind_of_chain_says_who_learns_of_its_entries_and_where_to_look(kind: ChainKind) -> None:
    audience, address = WHO_LEARNS[kind]
    assert (telling(kind).audience, telling(kind).address) == (audience, address)


def test_who_may_know_of_events_of_cases_depends_on_the_case() -> None:
    assert {a for a in Audience if a.of_a_case} == {Audience.CASE}


def test_an_act_in_two_chains_is_told_once() -> None:
    of_the_case = entry(Act.EVIDENCE_SEAL, of_case(CASE_ID), evidence_id=EVIDENCE_ID)
    of_the_item = entry(Act.EVIDENCE_SEAL, of_item(EVIDENCE_ID), evidence_id=EVIDENCE_ID)
    assert told_by_others([of_the_case, of_the_item]) == {of_the_item.id: of_the_case.id}


def test_what_most_people_may_read_tells_it() -> None:
    few = entry(Act.EVIDENCE_SEAL, of_person(person_id(1)), evidence_id=EVIDENCE_ID)
    many = entry(Act.EVIDENCE_SEAL, of_item(EVIDENCE_ID), evidence_id=EVIDENCE_ID)
    assert told_by_others([few, many]) == {few.id: many.id}


def test_an_act_that_fills_several_entries_is_told_by_the_first() -> None:
    entries = [entry(Act.LIFE_RECORD, of_case(CASE_ID)) for _ in range(3)]
    first = entries[0].id
    assert told_by_others(entries) == {entries[1].id: first, entries[2].id: first}


def test_each_item_case_person_and_act_is_told_apart() -> None:
    notes = Act.RECORDS_CONSULTED
    entries = [
        entry(Act.EVIDENCE_DECLARE, of_item(EVIDENCE_ID), evidence_id=EVIDENCE_ID),
        entry(Act.EVIDENCE_DECLARE, of_item(OTHER_ITEM), evidence_id=OTHER_ITEM),
        entry(Act.INTAKE_DECLARE, of_case(CASE_ID)),
        entry(Act.CASE_CHANGE, of_case(CASE_ID)),
        entry(Act.CASE_CHANGE, of_case(CaseId(UUID(int=9))), CaseId(UUID(int=9))),
        entry(notes, of_person(person_id(1)), None),
        entry(notes, of_person(person_id(2)), None),
        entry(notes, INSTALLATION, None),
    ]
    assert told_by_others(entries) == {}


@pytest.mark.parametrize("act", [a for a in Act if a.value.endswith((".read", ".list"))])
def test_reading_makes_no_event(act: Act) -> None:
    assert not makes_events(act)


@pytest.mark.parametrize(
    ("act", "makes"),
    [(Act.SEARCH, False), (Act.EVIDENCE_RECEIPT, False), (Act.CASE_IMPORT, False), (Act.EVIDENCE_CONTENT, True),
     (Act.RECORDS_CONSULTED, True), (Act.CASE_OPEN, True), (Act.DETAIL_DESTROY, True), (Act.TOKEN_ISSUE, True)],
)  # fmt: skip
def test_what_is_done_makes_events(act: Act, makes: bool) -> None:
    assert makes_events(act) is makes


def test_an_event_says_where_to_look_and_whether_its_detail_is_gone() -> None:
    event = Event(7, "5", "2026-03-01T12:00:00.000000Z", ChainKind.ITEM, str(EVIDENCE_ID))
    assert (event.address, event.destroyed) == (f"evidence/{EVIDENCE_ID}", True)
    told = event._replace(kind=ChainKind.INSTALLATION, act="orphan.report")
    assert (told.address, told.destroyed) == ("custody", False)
