"""Proceedings with lists of material for tests: exhibits that are used, documents with their harm test, an inquest's bundle."""

from dataclasses import replace
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.certifying_lists import certify_list
from dems.model.disclosure.contents import Described, Relevant, SensitiveInformation, Used
from dems.model.disclosure.contents_of_lists import (
    Exhibited,
    HarmTested,
    Onward,
    Owned,
    Paginated,
    ProposedOnward,
    Supply,
)
from dems.model.disclosure.forms import Field, Form
from dems.model.disclosure.listing import draft_list
from dems.model.disclosure.lists import ListRow, MaterialList
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import Position
from dems.model.ids import ListId, PersonId
from dems.model.life.strands import ProceedingKind
from tests.model.disclosing import NOT_SENSITIVE, OFFICER, Desk, item, material, opened

SUPPLIED = HarmTested(Supply.SUPPLIED, "conduct_6", "The Chief Constable of Westshire")
WITHHELD = HarmTested(
    Supply.WITHHELD,
    "conduct_6",
    "The Chief Constable of Westshire",
    ("welfare",),
    "The neighbour who gave it would be known, and threatened",
    significant=True,
)


def list_id(number: int) -> ListId:
    return ListId(UUID(int=0x11_0000 + number))


class ListDesk(Desk):
    """A desk in proceedings of one kind, whose lists are certified one version after another."""

    form = Form.MG12

    def certified(self, number: int = 1, by: PersonId = OFFICER) -> MaterialList:
        made = certify_list(self.file, self.form, list_id(number), self.acting(by))
        self.change(lists=(*self.file.lists, made))
        return made

    def drafted(self) -> MaterialList:
        return draft_list(self.file, self.form, list_id(99))

    def row(self, number: int = 1) -> ListRow:
        [found] = [r for r in self.drafted().rows if r.number == number]
        return found

    def says(self, field: Field, number: int = 1) -> str:
        return dict(self.row(number).cells)[field]

    def refused(self, by: PersonId = OFFICER) -> set[tuple[str, str, str]]:
        """What stops a certificate: rule, kind of place and place; nothing is kept."""
        before = self.file
        with pytest.raises(DisclosureRulesBroken) as no:
            self.certified(98, by)
        assert self.file is before
        problems = no.value.data["problems"]
        assert all(p["message"].endswith(".") and p["source"] for p in problems)
        return {(p["rule"], p["place"]["kind"], p["place"]["key"]) for p in problems}

    def plain(self, number: int, **changes: object) -> Subject:
        """An item that is relevant and described, and of which nothing else is decided."""
        self.add(material(number, **changes))
        self.decide(
            item(number), Relevant(relevant=True), Described(f"Statement {number} of the custody sergeant", "Store A")
        )
        return item(number)

    def edited(self, number: int, of: int, **changes: object) -> Subject:
        """The edited version of an item, which is not sensitive."""
        self.plain(number, edited=True, derived_from=material(of).id, redaction_set="RS/1", **changes)
        self.decide(
            item(number), Described(f"Statement {of} of the custody sergeant, edited", "Store A"), NOT_SENSITIVE
        )
        return item(number)


class Exhibits(ListDesk):
    """Criminal proceedings."""

    def exhibit(self, number: int, **changes: object) -> Subject:
        subject = self.plain(number, **changes)
        self.decide(
            subject, Used(used=True), Exhibited("F. Shah", "statement of 3 March 2026", "F. Shah to store", f"{number}")
        )
        return subject


class Misconduct(ListDesk):
    form = Form.DOCUMENT_LIST

    def __init__(self) -> None:
        super().__init__()
        self.change(opened=opened(ProceedingKind.MISCONDUCT, Position.OFFICER))

    def document(self, number: int, tested: HarmTested = SUPPLIED, **changes: object) -> Subject:
        subject = self.plain(number, **changes)
        self.decide(subject, tested)
        return subject


class Inquest(ListDesk):
    form = Form.INQUEST_INDEX

    def __init__(self) -> None:
        super().__init__()
        self.change(opened=opened(ProceedingKind.CORONIAL, Position.INTERESTED_PERSON))

    def page(self, number: int, first: int, last: int, volume: str = "A", **changes: object) -> Subject:
        subject = self.plain(number, **changes)
        self.decide(subject, NOT_SENSITIVE, Paginated(volume, first, last), ProposedOnward(Onward.WHOLE))
        return subject


def owned(desk: Desk, subject: Subject, of: Owned) -> None:
    desk.decide(subject, of)


def holds_sensitive_information(desk: Desk, subject: Subject, authority: str = "") -> None:
    desk.decide(subject, SensitiveInformation(holds=True, authority=authority))


def renamed(of: MaterialList, **changes: object) -> MaterialList:
    return replace(of, **changes)  # type: ignore[arg-type]
