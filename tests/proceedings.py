"""A proceeding whose disclosure is open, with the people who work on it, for tests that need one."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dems.bootstrap import Dems
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Relevant,
    Result,
    Sensitive,
    SourceChecked,
    Used,
)
from dems.model.disclosure.contents_of_lists import Exhibited
from dems.model.disclosure.decisions import Record
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, DecisionId, EvidenceId, PartyId, StrandId, new_id
from dems.model.life.saying import NewFact
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.people import CaseRole, Clearance
from dems.ports.disclosure import KeptHappening
from dems.usecases.cases.put_member import Holding
from dems.usecases.disclosure.decide import Deciding
from tests.conftest import Team
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE
from tests.world import Somebody, World

BOTH = (Clearance.SENSITIVE, Clearance.PII)
BEGAN = date(2025, 6, 1)
ON_THE_EXHIBIT_LIST: tuple[Content, ...] = (
    Relevant(relevant=True),
    Used(used=True),
    Described("Custody record of the detained person", "Store A"),
    Exhibited("F. Shah"),
)


@dataclass(frozen=True)
class OpenProceeding:
    """A criminal proceeding against Moss, and whoever decides in it. Those that few tests need are made when they are asked for."""

    team: Team
    world: World
    id: StrandId
    party: PartyId
    officer: Somebody
    """A disclosure officer with both clearances."""

    @property
    def dems(self) -> Dems:
        return self.world.dems

    @property
    def case_id(self) -> CaseId:
        return self.team.case.id

    @cached_property
    def uncleared(self) -> Somebody:
        """A disclosure officer without any clearance."""
        return self.member("disclosure_officer")

    @cached_property
    def without_pii(self) -> Somebody:
        """A disclosure officer with the clearance for sensitive material and not the other."""
        return self.member("disclosure_officer", Clearance.SENSITIVE)

    @cached_property
    def deputy(self) -> Somebody:
        return self.member("deputy_disclosure_officer", *BOTH)

    @cached_property
    def lawyer(self) -> Somebody:
        return self.member("reviewing_lawyer", *BOTH)

    @cached_property
    def counsel(self) -> Somebody:
        return self.member("independent_counsel", *BOTH)

    def member(self, role: str, *clearances: Clearance) -> Somebody:
        """Somebody new on the case, in one role and with these clearances, from today on."""
        return member_of(self.world, self.team, role, *clearances)

    def thing(self, ref: str, *, by: Somebody | None = None) -> Subject:
        """A physical item, which costs no store: it is in custody and can be listed."""
        declared = self.dems.intake.declare(
            (by or self.officer).actor,
            self.case_id,
            exhibit_ref=ExhibitRef(ref),
            description="A thing",
            kind=Kind.PHYSICAL,
        )
        return Subject.item(EvidenceId(declared.evidence.id))

    def file(self, content: bytes) -> Subject:
        """A sealed file."""
        return Subject.item(self.world.sealed(self.officer, self.team.case, content).id)

    def decide(self, subject: Subject, *contents: Content, by: Somebody | None = None) -> list[DecisionId]:
        """Decide these about a subject one after the other, each in place of what stands."""
        return [self._decided(subject, content, by=by)[0] for content in contents]

    def _decided(self, subject: Subject, *contents: Content, by: Somebody | None = None) -> list[DecisionId]:
        """The same in one act."""
        with self.dems.transaction() as tx:
            record = Record(self.id, tuple(tx.disclosure.decisions(self.id, [subject])))
        deciding = []
        for content in contents:
            before = record.stands(subject, type(content))
            replaces = {} if before is None else {subject.id: before.id}
            deciding.append(Deciding(content, [subject], "So it appears.", replaces))
        return [made.id for made in self.dems.disclosure.decide((by or self.officer).actor, self.id, deciding)]

    def ready(self, subject: Subject, description: str, sensitivity: Sensitive = NOT_SENSITIVE) -> None:
        """Relevant, unused, described, of this sensitivity and tested, so that it can be listed."""
        described = Described(description, "Store A, shelf 3")
        checked = [SourceChecked(description, names_no_source=True)] if sensitivity is SENSITIVE else []
        tested = AgainstTest(Result.DOES_NOT_MEET)
        self._decided(subject, Relevant(relevant=True), Used(used=False), described, sensitivity, tested, *checked)


def member_of(world: World, team: Team, role: str, *clearances: Clearance) -> Somebody:
    somebody = world.somebody(role)
    held = [Holding(CaseRole(role)), *map(Holding, clearances)]
    world.dems.cases.put_member(team.manager.actor, team.case.id, somebody.person.id, held)
    return somebody


def recorded(world: World, team: Team) -> tuple[StrandId, PartyId]:
    """A criminal proceeding of the case against one party, not open yet."""
    manager, case_id = team.manager.actor, team.case.id
    party = world.dems.cases.parties.add(manager, case_id, name="A. Moss").id
    strand = Proceeding(StrandId(new_id()), ProceedingKind.CRIMINAL, "Leeds Crown Court", "13AB1234526", (party,))
    world.dems.cases.record(manager, case_id, [NewFact(strand)])
    return strand.id, party


def proceeding_of(world: World, team: Team) -> OpenProceeding:
    """A proceeding of the case, opened by its disclosure officer."""
    proceeding, party = recorded(world, team)
    officer = member_of(world, team, "disclosure_officer", *BOTH)
    made = OpenProceeding(team, world, proceeding, party, officer)
    parties = [PartyTo(party, Position.DEFENDANT, "Moss")]
    world.dems.disclosure.open(
        officer.actor, proceeding, investigation_began=BEGAN, parties=parties, reason="Charge is near"
    )
    return made


def taken_back(proceeding: OpenProceeding) -> KeptHappening:
    """A charge that was recorded and did not happen."""
    happening, officer = proceeding.dems.disclosure.happening, proceeding.officer.actor
    charged = happening(officer, proceeding.id, Happening(HappeningKind.CHARGED, BEGAN))
    happening.take_back(officer, proceeding.id, charged.id, reason="It was of another case")
    return charged
