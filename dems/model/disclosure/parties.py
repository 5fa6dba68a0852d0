"""A proceeding as disclosure sees it: whose, under which regime, and what has happened in it so far.

The proceeding itself is the strand of the case's life (`dems.model.life.strands.Proceeding`); this says what else disclosure asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dems.errors import Invalid
from dems.model.ids import CaseId, PartyId
from dems.model.life.events import words
from dems.model.life.strands import Proceeding, ProceedingKind, said


class Position(StrEnum):
    """What a party is to a proceeding."""

    SUSPECT = "suspect"
    DEFENDANT = "defendant"
    OFFICER = "officer"
    """Whose conduct is judged."""
    APPROPRIATE_AUTHORITY = "appropriate_authority"
    INTERESTED_PERSON = "interested_person"
    HOLDER = "holder"
    """Who holds, or asks for, material as a third party."""
    REQUESTER = "requester"


_P, _K = Position, ProceedingKind

POSITIONS: Mapping[ProceedingKind, frozenset[Position]] = {
    _K.CRIMINAL: frozenset({_P.SUSPECT, _P.DEFENDANT}),
    _K.MISCONDUCT: frozenset({_P.OFFICER, _P.APPROPRIATE_AUTHORITY}),
    _K.CORONIAL: frozenset({_P.INTERESTED_PERSON}),
    _K.THIRD_PARTY: frozenset({_P.HOLDER}),
    _K.DATA_RIGHTS: frozenset({_P.REQUESTER}),
}
"""Who can be what, by the kind of proceeding."""


@dataclass(frozen=True, slots=True)
class PartyTo:
    """One party, under the name that headings use."""

    party: PartyId
    position: Position
    name: str

    def __post_init__(self) -> None:
        said(self.name, "what this party is called in headings")


@dataclass(frozen=True, slots=True)
class Opened:
    """One proceeding of one case. Raises `Invalid` for parties that its kind does not have, or that the strand does not name.

    `investigation_began` is a London date: it decides which Code of Practice the investigation is under.
    """

    case_id: CaseId
    proceeding: Proceeding
    investigation_began: date
    parties: tuple[PartyTo, ...]

    def __post_init__(self) -> None:
        kind = self.proceeding.kind
        for party in self.parties:
            if party.position not in POSITIONS[kind]:
                allowed = ", ".join(sorted(words(p) for p in POSITIONS[kind]))
                raise Invalid(f"Nobody is {words(party.position)} in {kind.value} proceedings: choose {allowed}.")
            if party.party not in self.proceeding.parties:
                raise Invalid(f"{party.name} is no party of this proceeding: add them to it first.")
        if not self.parties:
            raise Invalid("Name at least one party: nothing is disclosed to nobody.")

    @property
    def urn(self) -> str:
        """The reference of the court, the panel or the coroner; empty before there is one."""
        return self.proceeding.reference or ""

    @property
    def title(self) -> str:
        """What headings say: "R v Moss" once somebody is charged, otherwise the names alone."""
        charged = [p.name for p in self.parties if p.position is Position.DEFENDANT]
        return f"R v {' and '.join(charged)}" if charged else " and ".join(p.name for p in self.parties)


class HappeningKind(StrEnum):
    CHARGED = "charged"
    NOT_GUILTY_PLEA = "not_guilty_plea"
    DEFENCE_STATEMENT = "defence_statement"
    ACQUITTED = "acquitted"
    CONVICTED = "convicted"
    DISCONTINUED = "discontinued"
    REVIEW_ENDED = "review_ended"
    """Nobody keeps this material under review any more."""


ENDINGS = frozenset({HappeningKind.ACQUITTED, HappeningKind.CONVICTED, HappeningKind.DISCONTINUED})
"""Criminal Procedure and Investigations Act 1996, section 7A: until then the duty to review goes on."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something in the proceeding that rules of disclosure count from, on a London date; of one party where it is theirs."""

    kind: HappeningKind
    on: date
    party: PartyId | None = None


@dataclass(frozen=True, slots=True)
class Regime:
    """A text that governs disclosure from a London date. `noted` ones must be named on the MG6 by investigations begun before."""

    name: str
    begins: date
    source: str
    noted: bool = False
