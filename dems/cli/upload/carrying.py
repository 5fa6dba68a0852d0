"""Parcels on their way: leave to send is asked for all parts at once, each part sent, and what is whole is completed at once."""

from dataclasses import dataclass

from dems.cli.client import Problem
from dems.cli.screen import Failed
from dems.cli.upload.asking import Asking, Ticket
from dems.cli.upload.crew import Crew
from dems.cli.upload.parcels import Budget, Going, Parcel, Piece
from dems.cli.upload.reading import Watcher
from dems.cli.upload.transport import Ways


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a file that was sent: its upload is complete, or not and why."""

    going: Going
    why_not: Exception | None = None


class Carrying:
    """Carries parcels out on the threads of a crew, which is told what became of each file."""

    def __init__(self, asking: Asking, ways: Ways, crew: Crew[Became], budget: Budget, watcher: Watcher) -> None:
        self._asking = asking
        self._ways = ways
        self._crew = crew
        self._budget = budget
        self._watcher = watcher

    def off(self, parcel: Parcel) -> None:
        """Send a parcel; returns at once."""
        parcel.left = len(parcel.pieces)
        self._crew.talk(lambda: self._begin(parcel))

    def _begin(self, parcel: Parcel) -> None:
        if not parcel.pieces:
            self._complete(parcel)
            return
        given: dict[tuple[str, int], Ticket] = {}
        refused: dict[tuple[str, int], Problem] = {}
        failure: Problem | None = None
        wanted = [(*p.key, p.sha256) for p in parcel.pieces if p.going.failure is None]
        if self._ways.direct and wanted:
            try:
                given, refused = self._asking.tickets(parcel.intake, wanted)
            except Problem as problem:
                failure = problem
        for piece in parcel.pieces:
            why_not = failure or refused.get(piece.key)
            if why_not is None:
                self._crew.send(_Sending(self, parcel, piece, given.get(piece.key)))
            else:
                self.landed(parcel, piece, why_not)

    def send(self, parcel: Parcel, piece: Piece, ticket: Ticket | None) -> None:
        why_not: Exception | None = None
        try:
            self._ways.send(piece, ticket, lambda count: self._watcher.sent(piece.going.file.id, count))
        except Failed as failure:
            why_not = failure
        self.landed(parcel, piece, why_not)

    def landed(self, parcel: Parcel, piece: Piece, why_not: Exception | None) -> None:
        piece.data = None
        self._budget.give_back(piece.weight)
        whole = piece.going if piece.going.lands(why_not) else None
        if parcel.landed(whole):
            self._crew.talk(lambda: self._complete(parcel))

    def _complete(self, parcel: Parcel) -> None:
        became: dict[str, str | Problem] = {}
        whole = {g.upload: g.sha256 for g in parcel.whole if g.failure is None}
        failure: Problem | None = None
        if whole:
            try:
                became = self._asking.complete(parcel.intake, whole)
            except Problem as problem:
                failure = problem
        for going in parcel.whole:
            why_not = going.failure or failure
            answer = became.get(going.upload)
            if why_not is None and answer not in {"completing", "completed"}:
                why_not = answer if isinstance(answer, Problem) else Failed("DEMS did not say what became of it.")
            self._crew.tell(Became(going, why_not))


@dataclass(frozen=True, slots=True)
class _Sending:
    carrying: Carrying
    parcel: Parcel
    piece: Piece
    ticket: Ticket | None

    def __call__(self) -> None:
        self.carrying.send(self.parcel, self.piece, self.ticket)
