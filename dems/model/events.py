"""Events: one for each act, as other systems follow them. Which entry of the chains tells an act, and who may know of it.

An act is what one transaction wrote of one act about one item, or about one case where it is about no item; in the chains
of people and of the installation, about one chain. It may stand in several entries: in several chains (of the item, and of
what was decided about it), or in one, where it did not fit into a single entry. One of them tells it: the one that most
people may read, and of those the first. So nobody learns from a second event, or from a missing one, that there is an
entry which they may not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, assert_never
from uuid import UUID

from dems.model.acts import Act
from dems.model.custody import ChainKind, Record
from dems.model.ids import EntryId


class Audience(StrEnum):
    """Who may know of an event, asked anew each time it is read. In the order of how many they are."""

    CASE = "case"
    """Whoever may read the custody of its case (`custody.read`)."""
    INSTALLATION = "installation"
    """Whoever may read the installation's chain (`installation.custody`)."""
    PERSON = "person"
    """Whoever may read what people did and looked at (`person.custody`)."""
    NOBODY = "nobody"
    """What restricted chains say is no event: who is cleared for it reads the chain."""

    @property
    def of_a_case(self) -> bool:
        """Whether who belongs to it depends on the case."""
        match self:
            case Audience.CASE:
                return True
            case Audience.INSTALLATION | Audience.PERSON | Audience.NOBODY:
                return False
            case _ as never:
                assert_never(never)


NOBODYS = UUID(int=0)
"""In the place of the case, where an audience is not that of a case."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How the entries of one kind of chain are told; `{}` in `address` is for the id of whose chain it is, under ``/v1/``."""

    audience: Audience
    address: str


def telling(kind: ChainKind) -> Telling:
    """A new kind of chain must say here who learns of its entries: it is no event before."""
    match kind:
        case ChainKind.ITEM:
            return Telling(Audience.CASE, "evidence/{}")
        case ChainKind.CASE:
            return Telling(Audience.CASE, "cases/{}")
        case ChainKind.PERSON:
            return Telling(Audience.PERSON, "people/{}")
        case ChainKind.INSTALLATION:
            return Telling(Audience.INSTALLATION, "custody")
        case ChainKind.PROCEEDING:
            return Telling(Audience.CASE, "proceedings/{}")
        case ChainKind.RESTRICTED:
            return Telling(Audience.NOBODY, "proceedings/{}")
        case _ as never:
            assert_never(never)


_LOOKING = frozenset({"read", "list"})
_ONLY_LOOKS = frozenset(
    {
        Act.PERSON_CUSTODY,
        Act.INSTALLATION_CUSTODY,
        Act.INVITATION_OPEN,
        Act.EVIDENCE_RECEIPT,
        Act.FINDINGS_PROGRESS,
        Act.SEARCH,
    }
)
_IN_OTHER_WORDS = frozenset({Act.CASE_IMPORT})
"""Its entries say what became of each case: opened, changed, facts recorded."""


def makes_events(act: Act) -> bool:
    """Whether entries say this act, and so events. Reading is noted in batches, which are an act of the installation."""
    verb = act.value.rpartition(".")[2]
    return verb not in _LOOKING and act not in _ONLY_LOOKS and act not in _IN_OTHER_WORDS


def told_by_others(records: Sequence[Record]) -> dict[EntryId, EntryId]:
    """Of the entries of one transaction: those that tell no event, each with the entry that tells the act for it."""
    acts: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        about = record.chain if record.case_id is None else (record.case_id, record.evidence_id)
        acts.setdefault((record.act, about), []).append(record)
    told: dict[EntryId, EntryId] = {}
    for entries in acts.values():
        if len(entries) > 1:
            tells = min(entries, key=lambda record: _WIDEST.index(telling(record.chain.kind).audience))
            told |= {record.id: tells.id for record in entries if record is not tells}
    return told


_WIDEST = tuple(Audience)


CONCERNS = frozenset({"approval", "export", "intake", "invitation", "party", "report", "upload", "verification"})
"""Members of an entry's facts that are ids of what the act was about beside case and item; an event names them too."""


_ADDRESSES = {kind: telling(kind).address for kind in ChainKind}


class Event(NamedTuple):
    """An act as one entry tells it, thin: it says what happened to what, and the rest is to be read there.

    Where two people destroyed the detail, `act` and everything that only the detail said is None, and `destroyed` true.
    `place` is that of the entry in the log, and nobody's to know. Ids are texts, and `at` is RFC 3339: hundreds are read at
    once, only to be written down again.
    """

    place: int
    id: str
    at: str
    kind: ChainKind
    subject: str
    act: str | None = None
    case_id: str | None = None
    case_reference: str | None = None
    evidence_id: str | None = None
    actor: Mapping[str, Any] | None = None
    on_behalf_of: Mapping[str, Any] | None = None
    concerns: Mapping[str, str] = {}

    @property
    def destroyed(self) -> bool:
        return self.act is None

    @property
    def address(self) -> str:
        """Of what it happened to, under ``/v1/``."""
        return _ADDRESSES[self.kind].format(self.subject)
