"""What the leak guard compares: what is shown to the defence, and what is kept from them, each with the words that tell of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dems.model.disclosure.broken import Where
from dems.model.disclosure.contents import Described, Sensitive, Used
from dems.model.disclosure.contents_of_lists import HarmTested, Supply
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Field, Form, Series
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.lists import Copied, ListRow, MaterialList
from dems.model.disclosure.material import Material, Subject, SubjectKind
from dems.model.disclosure.schedules import Row
from dems.model.ids import BlockId, EvidenceId


class HitKind(StrEnum):
    NAMES = "names"
    """By its reference, its file's name, its digest, or a name that tells of it."""
    DESCRIBES = "describes"
    """In words that say much the same."""
    COPIES = "copies"
    """The same bytes, or a file of the same name."""
    DERIVES = "derives"
    """Made from it, or what it was made from."""
    NEXT_TO = "next_to"
    """References on both sides of it are shown, and its own is not."""
    GAP = "gap"
    """A number is left behind where it was listed."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing shown that may betray one thing kept back. `about` is what was hit: words, a digest, references.

    `id` stays the same as long as what it is about does.
    """

    kind: HitKind
    shown: Subject
    where: Where
    kept: Subject
    about: tuple[str, ...]
    message: str

    @property
    def id(self) -> str:
        value = {"about": list(self.about), "kept": self.kept.key, "kind": self.kind.value, "shown": self.shown.key}
        return hashlib.sha256(frozen(value).data).hexdigest()[:ID_LENGTH]


ID_LENGTH = 32
"""In hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row that the defence gets to read: `texts` are all its words, the first of them its description."""

    subject: Subject
    where: Where
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One sensitive thing: what describes it, and what else was said of it; `item` is what there is of it here.

    `called` is how a message refers to it, to somebody who may know of it.
    """

    subject: Subject
    descriptions: tuple[str, ...]
    reasons: tuple[str, ...]
    item: Material | None
    called: str


def shown_rows(file: ProceedingFile) -> Iterator[Row]:
    """Rows of what is to go to the prosecutor and on to the defence, those that count no more among them."""
    return (row for s in file.schedules if s.series is Series.MG6C and s.open for row in s.rows)


def shown(file: ProceedingFile) -> tuple[Shown, ...]:
    """Everything that the next schedules show the defence: rows of open MG6Cs, and what is used, as the list of exhibits has it.

    Of a list that is about to be certified: the exhibit list, and what the recipients of others pass on.
    """
    rows = [
        Shown(r.subject, Where.row(r.place), (r.description, r.location, *_of_block(file, r.subject)))
        for r in shown_rows(file)
        if r.live
    ]
    return (*rows, *_used(file), *_listed(file)) if rows else tuple(_listed(file))


def _listed(file: ProceedingFile) -> Iterator[Shown]:
    for of, row in open_list_rows(file):
        copied = Copied(row.subject, row.cells) if of.form is Form.MG12 else row.copied
        if row.live and copied is not None:
            says = dict(copied.cells)
            others = (text for field, text in copied.cells if field not in {Field.DESCRIPTION, Field.DIGEST})
            yield Shown(copied.subject, Where.row(of.place(row)), (says[Field.DESCRIPTION], *others))


def open_list_rows(file: ProceedingFile) -> Iterator[tuple[MaterialList, ListRow]]:
    """Rows of lists that are about to be certified, those that count no more among them."""
    return ((of, row) for of in file.lists if of.open for row in of.rows)


def _of_block(file: ProceedingFile, subject: Subject) -> tuple[str, ...]:
    """What a block's annex says beside its digests."""
    block = file.blocks.get(BlockId(subject.id)) if subject.kind is SubjectKind.BLOCK else None
    return () if block is None else (block.title, block.source, block.reason, block.query.question)


def _used(file: ProceedingFile) -> Iterator[Shown]:
    for subject in sorted(file.record.subjects):
        used, described = file.record.says(subject, Used), file.record.says(subject, Described)
        if used is not None and used.used and described is not None and not file.sensitive(subject):
            yield Shown(subject, Where.subject(subject), (described.description, described.location))


def kept(file: ProceedingFile) -> tuple[Kept, ...]:
    """Everything that was decided to be sensitive in whatever degree, or is withheld, and what is in blocks that were."""
    found: dict[Subject, Kept] = {}
    for subject in sorted(file.record.subjects):
        if file.sensitive(subject) or withheld(file, subject) is not None:
            for member in file.members(subject):
                item = file.material.get(EvidenceId(member.id))
                called = "a sensitive block" if item is None else item.exhibit_ref
                found.setdefault(
                    member, Kept(member, _descriptions(file, member), _reasons(file, member), item, called)
                )
    return tuple(found.values())


def _descriptions(file: ProceedingFile, subject: Subject) -> tuple[str, ...]:
    described = file.record.says(subject, Described)
    block = file.blocks.get(BlockId(subject.id)) if subject.kind is SubjectKind.BLOCK else None
    return ("" if described is None else described.description, "" if block is None else block.title)


def _reasons(file: ProceedingFile, subject: Subject) -> tuple[str, ...]:
    """Why it is sensitive or withheld, and what would come of it."""
    says, tested = file.record.says(subject, Sensitive), withheld(file, subject)
    of_test = () if tested is None else (tested.adverse_effect,)
    return of_test if says is None else (says.schedule_reason, says.public_interest, says.prejudice, *of_test)


def withheld(file: ProceedingFile, subject: Subject) -> HarmTested | None:
    """The harm test under which a document is withheld; None where it is not."""
    tested = file.record.says(subject, HarmTested)
    return tested if tested is not None and tested.supply is Supply.WITHHELD else None
