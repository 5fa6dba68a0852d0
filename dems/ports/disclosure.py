"""What disclosure in a proceeding rests on, as the use cases see it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from dems.model.disclosure.acting import Acting
from dems.model.disclosure.blocks import Block
from dems.model.disclosure.contents import Content
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import Marking, Material, NeverStored, Subject
from dems.model.disclosure.parties import Happening, PartyTo
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.disclosure.searches import Sample, SearchStrategy
from dems.model.ids import BlockId, CaseId, EvidenceId, FactId, HappeningId, PartyId, SampleId, SearchId, StrandId
from dems.model.people import Clearance
from dems.ports.reviewing import ListedBlock
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class Opening:
    """What disclosure asks of a proceeding beyond what the case's life says of it; the one with the last number counts."""

    proceeding: StrandId
    number: int
    investigation_began: date
    parties: tuple[PartyTo, ...]
    reason: str
    by: Acting


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision with its number among those of its proceeding, from 1, and the facts of the case that it was made on."""

    decision: Decision[Content]
    number: int
    rests_on: tuple[FactId, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """A block, with the question as it is asked again; None for things that are not here."""

    block: Block
    asks: ReviewFilter | None
    by: Acting


@dataclass(frozen=True, slots=True)
class KeptSample:
    """A sample of a block or of a search: of one of them."""

    id: SampleId
    sample: Sample
    block: BlockId | None = None
    search: SearchId | None = None


@dataclass(frozen=True, slots=True)
class KeptHappening:
    """`takes_back` is another that did not happen, said again with the reason; `party` is within what happened."""

    id: HappeningId
    happening: Happening
    by: Acting
    takes_back: HappeningId | None = None
    reason: str | None = None

    @property
    def party(self) -> PartyId | None:
        return self.happening.party


@dataclass(frozen=True, slots=True)
class Particulars:
    """What disclosure asks of an item beyond what was declared of it; the one with the last number counts."""

    item: EvidenceId
    number: int
    marking: Marking
    unexamined: bool
    edited: bool
    redaction_set: str | None
    place: str | None
    holder: str | None
    reason: str
    by: Acting


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A placeholder for something that is not here. Where it is `restricted`, that it exists is for whoever is cleared."""

    id: EvidenceId
    case_id: CaseId
    proceeding: StrandId
    exhibit_ref: str
    description: str
    holder: str
    place: str
    marking: Marking
    never_stored: NeverStored | None
    restricted: bool
    by: Acting


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions are wanted; None is any. `standing` are those that nothing which is shown has replaced."""

    subject: UUID | None = None
    kind: str | None = None
    standing: bool = False


class Disclosure(Protocol):
    """Everything of one proceeding comes in the order in which it was recorded."""

    def hold(self, proceeding_id: StrandId) -> None:
        """From here to the end of the transaction nobody else who holds it changes this proceeding's disclosure."""
        ...

    def case_of(self, proceeding_id: StrandId) -> CaseId:
        """The case whose life has this proceeding, whether or not its disclosure is open. Raises `NotFound`."""
        ...

    def proceedings(self, case_id: CaseId) -> list[StrandId]:
        """Those of the case whose disclosure is open."""
        ...

    def openings(self, proceeding_id: StrandId) -> list[Opening]:
        """Empty where its disclosure is not open."""
        ...

    def will_open(self, case_id: CaseId, proceeding_id: StrandId, page: Page) -> list[EvidenceId]:
        """Make a page of the case's items ready for the opening, so that little is left to do in it; returns their ids.

        Of a proceeding that whoever calls this holds, and that is not open.
        """
        ...

    def open(self, case_id: CaseId, opening: Opening) -> None:
        """The first time, all that is in the case awaits review; in a large case much of that is done before, by `will_open`."""
        ...

    def decisions(
        self, proceeding_id: StrandId, subjects: Collection[Subject] | None = None
    ) -> list[Decision[Content]]:
        """All of them, or all about these subjects."""
        ...

    def decided(self, proceeding_id: StrandId) -> int:
        """How many decisions there are: the number of the last."""
        ...

    def add_decisions(
        self, proceeding_id: StrandId, decisions: Sequence[Decision[Content]], rests_on: Collection[FactId]
    ) -> None:
        """Whoever adds holds the proceeding, and has had them judged."""
        ...

    def decisions_page(
        self, proceeding_id: StrandId, page: Page, clearances: Collection[Clearance], wanted: DecisionFilter
    ) -> list[KeptDecision]:
        """Those that `seen_by` leaves to somebody with these clearances, in the order in which they were recorded, and as they were.

        Without `sensitive`, nothing about placeholders that are restricted is among them.
        """
        ...

    def resting_on(
        self, proceeding_id: StrandId, subjects: Collection[Subject] | None = None
    ) -> Mapping[FactId, frozenset[Subject]]:
        """The facts that decisions were made on, each with what was decided about."""
        ...

    def happenings(self, proceeding_id: StrandId) -> list[KeptHappening]:
        """Those that were taken back too, and what takes them back."""
        ...

    def add_happening(self, proceeding_id: StrandId, happening: KeptHappening) -> None: ...
    def add_viewings(self, proceeding_id: StrandId, viewings: Sequence[tuple[UUID, Viewing]], at: datetime) -> None:
        """Each with an id of its own."""
        ...


class Blocks(Protocol):
    """How material was found, and what is listed together; in the order in which it was recorded."""

    def searches(self, proceeding_id: StrandId) -> list[SearchStrategy]:
        """Each with its samples."""
        ...

    def add_search(self, proceeding_id: StrandId, search: SearchStrategy) -> None: ...
    def blocks(self, proceeding_id: StrandId, wanted: Collection[BlockId] | None = None) -> list[KeptBlock]:
        """Each with its annex and its samples."""
        ...

    def page(self, proceeding_id: StrandId, page: Page) -> list[ListedBlock]:
        """Each with its samples."""
        ...

    def listed(self, block_id: BlockId) -> ListedBlock:
        """Of whatever proceeding, with its samples. Raises `NotFound`."""
        ...

    def inside(self, block_id: BlockId, items: Collection[EvidenceId]) -> frozenset[EvidenceId]:
        """Those of these that are in its annex."""
        ...

    def sample(self, sample_id: SampleId) -> KeptSample:
        """Raises `NotFound`."""
        ...

    def blocks_of(self, proceeding_id: StrandId, items: Collection[EvidenceId]) -> list[BlockId]:
        """The blocks that any of these items is in."""
        ...

    def add_block(self, proceeding_id: StrandId, block: KeptBlock) -> None: ...
    def add_sample(self, proceeding_id: StrandId, sample: KeptSample) -> None: ...


class MaterialOfCases(Protocol):
    """What may be decided about: the items of the case, and placeholders for what is elsewhere."""

    def material(self, case_id: CaseId, items: Collection[EvidenceId] | None = None) -> list[Material]:
        """All of the case, or those of these that are of it; restricted placeholders too."""
        ...

    def of_case(self, case_id: CaseId, items: Collection[EvidenceId]) -> frozenset[EvidenceId]:
        """Those of these that are of the case, restricted placeholders too; nothing else of them is read."""
        ...

    def add_elsewhere(self, elsewhere: Elsewhere) -> None:
        """Raises `AlreadyExists` where a placeholder that is as restricted has the reference."""
        ...

    def elsewhere(self, case_id: CaseId, page: Page, *, restricted: bool) -> list[Elsewhere]:
        """Placeholders of the case; restricted ones only where they are wanted."""
        ...

    def restricted(self, case_id: CaseId) -> frozenset[EvidenceId]:
        """The placeholders that only somebody cleared may know of."""
        ...

    def particulars(self, item: EvidenceId) -> list[Particulars]: ...
    def add_particulars(self, case_id: CaseId, particulars: Particulars) -> None: ...
