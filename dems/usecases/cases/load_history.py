"""Load the history of many cases: one line, one message; batches of lines, each with how far the load has come."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dems.errors import AlreadyExists, Busy, DemsError, NotFound, Refused
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import PersonId, new_id
from dems.model.life.messages import CaseMessage
from dems.model.life.vocabulary import Vocabulary
from dems.ports import BadLine, CaseImport, Clock, Page, Transaction, Transactions
from dems.steps.taking import Known, Taken, judge, keep, known_of
from dems.steps.telling import in_use, they_exist
from dems.steps.whose_case import authority_for

AT_ONCE = 250
"""Lines in one transaction: its cases are held that long, and nobody waits for them longer than about a second."""

MOST_WORDS = 2_000
"""Characters kept of what was wrong with a line."""

EMPTY = hashlib.sha256().digest()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read: a message, or why it is none. `sha256` is over all bytes up to its end."""

    number: int
    said: CaseMessage | DemsError
    sha256: bytes


@dataclass(frozen=True, slots=True)
class LoadHistory:
    transaction: Transactions
    clock: Clock
    vocabulary: Vocabulary

    def begin(self, actor: Actor, scope: bytes) -> CaseImport:
        """Begin a load, or find the one that was begun with that `scope`, to go on with it after its last line."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.CASE_IMPORT)
            begun = CaseImport(new_id(), PersonId(actor.somebody.id), self.clock(), 0, EMPTY)
            return tx.imports.begin(scope, begun)

    def batch(self, actor: Actor, progress: CaseImport, lines: Sequence[Line]) -> CaseImport:
        """Take the good lines of a batch and note the bad ones: all of it or, where the database fails, none.

        Raises `Busy` where somebody else goes on with the same load.
        """
        try:
            return self._batch(actor, progress, lines)
        except AlreadyExists:
            # A case was opened by somebody else in this moment: now it is there, and is looked at again.
            return self._batch(actor, progress, lines)

    def _batch(self, actor: Actor, progress: CaseImport, lines: Sequence[Line]) -> CaseImport:
        now = self.clock()
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CASE_IMPORT)
            at = tx.imports.get(progress.id, for_update=True)
            if at.lines != progress.lines:
                raise Busy("Somebody else goes on with this load. Wait until it has ended, and look how far it came.")
            batch = _Batch(tx, actor, self.vocabulary, now, _messages(lines))
            bad = [wrong for line in lines if (wrong := batch.take(line)) is not None]
            keep(tx, authority, batch.taken, now)
            counted = Counter("opened" if t.opened else "changed" if t.changed else "unchanged" for t in batch.taken)
            after = replace(
                at,
                lines=at.lines + len(lines),
                sha256=lines[-1].sha256,
                opened=at.opened + counted["opened"],
                changed=at.changed + counted["changed"],
                unchanged=at.unchanged + counted["unchanged"],
                failed=at.failed + len(bad),
            )
            tx.imports.save(after, bad)
        return after

    def finish(self, actor: Actor, progress: CaseImport) -> CaseImport:
        """Say that there are no more lines."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.CASE_IMPORT)
            after = replace(tx.imports.get(progress.id, for_update=True), finished_at=self.clock())
            tx.imports.save(after, ())
        return after

    def look_up(self, actor: Actor, import_id: UUID, after: int, limit: int) -> tuple[CaseImport, list[BadLine]]:
        """How far a load came and a page of its bad lines. Raises `NotFound` for another person's: lines speak of cases."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.CASE_IMPORT)
            found = tx.imports.get(import_id)
            if found.begun_by != actor.somebody.id:
                raise NotFound("load")
            return found, tx.imports.bad_lines(import_id, Page(limit), after)


def _messages(lines: Sequence[Line]) -> list[CaseMessage]:
    return [line.said for line in lines if isinstance(line.said, CaseMessage)]


class _Batch:
    """What the lines of one batch make of their cases, each judged after those before it."""

    def __init__(
        self, tx: Transaction, actor: Actor, vocabulary: Vocabulary, now: datetime, said: list[CaseMessage]
    ) -> None:
        self._tx, self._actor, self._now = tx, actor, now
        self._vocabulary = in_use(tx, vocabulary)
        self._human = actor.somebody
        self._known = known_of(tx, said)
        self._unasked = set(self._known)
        self._people: dict[PersonId, bool] = {}
        self.taken: list[Taken] = []

    def take(self, line: Line) -> BadLine | None:
        """What was wrong with a line, if anything."""
        if isinstance(line.said, DemsError):
            return _bad(line, line.said)
        message = line.said
        known = self._known.get(message.reference, Known())
        try:
            if message.reference in self._unasked:
                authority_for(self._tx, self._actor, known)
                self._unasked.remove(message.reference)
            taken = judge(message, known, human=self._human, now=self._now, vocabulary=self._vocabulary)
            they_exist(self._tx, self._actor, taken.case.id, message.contents, taken.added, remembered=self._people)
        except DemsError as refused:
            return _bad(line, refused)
        self._known[message.reference] = taken.after
        self.taken.append(taken)
        return None


def _bad(line: Line, refused: DemsError) -> BadLine:
    """The rule by the name that the problem document of a single request would have."""
    name = type(refused).__name__
    rule = (
        refused.rule if isinstance(refused, Refused) else "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
    )
    problems = refused.data.get("problems")
    told = "; ".join(p["message"] for p in problems) if problems else refused.message
    return BadLine(line.number, rule.lstrip("-"), told[:MOST_WORDS])
