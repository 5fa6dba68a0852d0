"""What DEMS itself asks before anything is certified or submitted: nothing is in question again, and nothing is betrayed."""

from collections.abc import Iterator

from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.guard import unresolved
from dems.model.disclosure.reopening import in_question


def reopened(file: ProceedingFile) -> Iterator[Broken]:
    for touched in in_question(file):
        where = Where.of(PlaceKind.DECISION, touched.decision.id)
        yield Broken("REOPENED", where, f"{touched.why} Decide this anew, even if alike.")


def guard(file: ProceedingFile) -> Iterator[Broken]:
    for hit in unresolved(file):
        yield Broken("GUARD", hit.where, hit.message, hit.id)
