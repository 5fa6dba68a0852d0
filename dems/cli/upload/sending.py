"""All files of the plan that are declared: read, sent many at once, and completed; the plan always says how far that is."""

from collections import Counter
from typing import Protocol

from dems.cli.client import Problem
from dems.cli.screen import Failed, shown
from dems.cli.upload.asking import UNAUTHENTICATED, UNKNOWN, Asking
from dems.cli.upload.carrying import Became, Carrying
from dems.cli.upload.content import Changed
from dems.cli.upload.crew import Crew
from dems.cli.upload.files import File, Stand
from dems.cli.upload.parcels import Budget, Going, Parcel, Piece
from dems.cli.upload.patience import Patience
from dems.cli.upload.plan import Plan
from dems.cli.upload.reading import AnotherContent, Reading, Watcher
from dems.cli.upload.recognising import ABANDONED, left_behind
from dems.cli.upload.transport import Ways

_ON_THE_WAY = 288 * 1024 * 1024
_FIRST_PARCEL_BYTES, _PARCEL_BYTES, _PARCEL_PIECES = 8 * 1024 * 1024, 128 * 1024 * 1024, 500
"""Eight parts on their way, eight that wait for them, and what is read. The first parcels are small, to begin at once."""
_TRIES = 4
_LOOK = 0.5
_ENDING = {"case-closed", "store-not-trusted", "no-space", "store-misconfigured"}
_ANOTHER_CONTENT = {"part-differs", "digest-mismatch"}
"""Other bytes were announced for this upload before."""
_NO_SUCH_PART = "invalid"
_TO_BE_LOOKED_AT = {"wrong-state", "not-found", "parts-missing", _NO_SUCH_PART, *_ANOTHER_CONTENT}


class Teller(Protocol):
    """Who tells the person, or the program, what became of a file."""

    def sent(self, file: File, sha256: bytes | None) -> None: ...

    def changed(self, file: File, why: str) -> None: ...

    def failed(self, file: File, why: str) -> None: ...

    def abandoned(self, file: File, why: str) -> None: ...

    def note(self, line: str) -> None: ...


class FileBars(Watcher, Protocol):
    def begin(self, file: File) -> None: ...

    def end(self, file: File, *, whole: bool) -> None: ...


class Ended(Exception):
    """Nothing more can be sent, whichever file it is."""

    def __init__(self, why: Failed) -> None:
        super().__init__(str(why))
        self.why = why


class Sending:
    """Sends what the plan says is to be sent. For one thread, with a crew of others."""

    def __init__(
        self, plan: Plan, asking: Asking, ways: Ways, patience: Patience, tell: Teller, bars: FileBars, jobs: int
    ) -> None:
        self._plan = plan
        self._asking = asking
        self._patience = patience
        self._tell = tell
        self._bars = bars
        self._crew: Crew[Became] = Crew(jobs)
        self._budget = Budget(_ON_THE_WAY)
        self._carrying = Carrying(asking, ways, self._crew, self._budget, bars)
        self._reading = Reading(plan, self._room, bars)
        self._pieces: list[Piece] = []
        self._bytes = 0
        self._parcel_bytes = _FIRST_PARCEL_BYTES
        self._under_way = 0
        self._tries: Counter[int] = Counter()

    def close(self) -> None:
        self._crew.end()
        self._reading.close()

    def all(self) -> None:
        """Send every file that is to be sent. Raises `Ended` where none can be, as with a token that opens nothing any more."""
        while True:
            before = self._tries.total()
            for file in self._plan.files(Stand.DECLARED, Stand.DIFFERENT):
                self._settle_what_is_done()
                self._one(file)
            self._off()
            while self._under_way:
                self._settle_what_is_done(wait=_LOOK)
            if self._tries.total() == before:
                return

    def _one(self, file: File) -> None:
        try:
            prepared = self._prepared(file)
        except Problem as problem:
            try:
                self._refused(file, problem)
            except Problem as end:
                raise Ended(end) from end
            return
        if prepared is None:
            return
        going, received = prepared
        self._under_way += 1
        self._bars.begin(going.file)
        failure: Exception | None = None
        try:
            for piece in self._reading.pieces(going, received):
                self._collect(piece)
        except Failed as error:
            failure = error
        if going.read(failure):  # nothing of it is in a parcel that would take it along
            self._carrying.off(Parcel(going.intake, [], [going]))

    def _prepared(self, file: File) -> tuple[Going, frozenset[int]] | None:
        """The file with an upload that takes its bytes, and which parts of it are there. None if there is nothing to send."""
        assert file.evidence is not None
        assert file.intake is not None
        if file.upload is None or file.declared_size != file.mark.size:
            if file.upload is not None:
                self._tell.note(
                    f"{shown(file.path)} has another size than when it was declared: a fresh upload is opened."
                )
                self._asking.abandon(file.upload, intake=file.intake)
            upload = self._asking.fresh_upload(file.evidence, file.mark.size, intake=file.intake)
            with self._plan.writing():
                self._plan.new_upload(file.id, upload, file.mark.size)
            file = self._plan.file(file.id)
        assert file.upload is not None
        received: frozenset[int] = frozenset()
        if file.part_count > 1 and self._plan.parts(file.id):
            look = self._asking.upload(file.upload, intake=file.intake)
            if look["state"] != "open":
                self._became(
                    Became(Going(file, file.upload, str(file.intake)), Problem(409, "wrong-state", "", {}, None))
                )
                return None
            received = frozenset(look["received"])
        return Going(file, file.upload, str(file.intake)), received

    def _collect(self, piece: Piece) -> None:
        full = len(self._pieces) >= _PARCEL_PIECES or self._bytes + piece.size > self._parcel_bytes
        if self._pieces and (full or self._pieces[0].going.intake != piece.going.intake):
            self._off()
        self._pieces.append(piece)
        self._bytes += piece.size

    def _off(self) -> None:
        if self._pieces:
            self._carrying.off(Parcel(self._pieces[0].going.intake, self._pieces))
            self._pieces, self._bytes = [], 0
            self._parcel_bytes = min(2 * self._parcel_bytes, _PARCEL_BYTES)

    def _room(self, weight: int) -> None:
        if weight < 0:
            self._budget.give_back(-weight)
            return
        while not self._budget.take(weight):
            if self._budget.taken == sum(p.weight for p in self._pieces):
                self._off()  # nothing else is on its way that would make room
            self._settle_what_is_done()
            self._patience.check()
            self._budget.wait(_LOOK)

    # --- what became of it ---

    def _settle_what_is_done(self, *, wait: float = 0) -> None:
        end: Failed | None = None
        try:
            became = self._crew.result(wait=wait)
        except Failed as failure:
            raise Ended(failure) from failure
        with self._plan.writing():
            while became is not None and end is None:
                self._under_way -= 1
                self._bars.end(became.going.file, whole=became.why_not is None)
                try:
                    self._became(became)
                    became = self._crew.result(wait=0)
                except Failed as failure:
                    end = failure
        if end is not None:
            raise Ended(end) from end

    def _became(self, became: Became) -> None:
        going, why_not = became.going, became.why_not
        file = going.file
        match why_not:
            case None:
                self._sent(file, going.sha256)
            case Changed():
                self._abandoned(going)
                self._tell.changed(file, str(why_not))
                self._plan.over(file.id)
            case AnotherContent():
                self._left(going)
            case Problem() if why_not.kind in _TO_BE_LOOKED_AT or why_not.status == UNKNOWN:
                try:
                    self._looked_at(going, why_not)
                except Problem as problem:
                    self._refused(file, problem)
            case Problem():
                self._refused(file, why_not)
            case _:
                self._failed(file, str(why_not))

    def _looked_at(self, going: Going, problem: Problem) -> None:
        """DEMS takes no more of this upload, or wants something else of it: how it stands decides."""
        file = going.file
        try:
            upload = self._asking.upload(going.upload, intake=going.intake)
        except Problem as unknown:
            if unknown.status != UNKNOWN:
                raise
            upload = {"state": "unknown"}
        if upload["state"] in {"completing", "completed"}:
            theirs = upload["declared_sha256"] and bytes.fromhex(upload["declared_sha256"])
            if theirs is not None and theirs == going.whole:
                self._sent(file, going.whole)
            else:
                self._plan.doubt(file.id, Stand.SENT, theirs)
            return
        if upload["state"] == "open" and problem.kind in _ANOTHER_CONTENT:
            self._left(going)
            return
        if upload["state"] != "open" or problem.kind == _NO_SUCH_PART:
            self._abandoned(going)
        elif problem.kind == "parts-missing":
            self._plan.db.execute("DELETE FROM parts WHERE file = ?", (file.id,))
        self._once_more(file, str(problem))

    def _sent(self, file: File, sha256: bytes | None) -> None:
        self._plan.sent(file.id, sha256)
        self._tell.sent(self._plan.file(file.id), sha256)

    def _abandoned(self, going: Going) -> None:
        """Nothing half-made stays: when the file is sent again, that is to a fresh upload."""
        try:
            self._asking.abandon(going.upload, intake=going.intake)
        except Problem as problem:
            if problem.status == UNAUTHENTICATED:
                raise
        self._plan.new_upload(going.file.id, None, going.file.mark.size)

    def _left(self, going: Going) -> None:
        """What was sent or announced before is not of this file: it is another item."""
        self._abandoned(going)
        with self._plan.writing():
            self._tell.abandoned(going.file, left_behind(going.file, ABANDONED))
            self._plan.anew(going.file.id, None)

    def _once_more(self, file: File, why: str) -> None:
        self._tries[file.id] += 1
        if self._tries[file.id] >= _TRIES:
            self._failed(file, f"{why.rstrip('.')}. It was tried {_TRIES} times: run the same command again.")

    def _refused(self, file: File, problem: Problem) -> None:
        if problem.status == UNAUTHENTICATED or problem.kind in _ENDING:
            raise problem
        self._failed(file, str(problem))

    def _failed(self, file: File, why: str) -> None:
        self._tell.failed(file, why)
        self._plan.over(file.id)
