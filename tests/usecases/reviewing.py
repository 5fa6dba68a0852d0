"""What tests of review have in common: what is said of material, and what chains were told."""

from uuid import uuid4

from dems.bootstrap import Dems
from dems.model.custody import of_proceeding
from dems.model.disclosure.material import Subject
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.disclosure.searches import Hits
from dems.model.ids import EvidenceId, SearchId
from dems.ports import Once, Page
from dems.usecases.disclosure.make_block import NewBlock
from tests.proceedings import OpenProceeding

TERMS = [Hits("knife", 2), Hits("zebra", 0)]
"""Of a search of three items."""


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


def item(subject: Subject) -> EvidenceId:
    return EvidenceId(subject.id)


def describe(dems: Dems, case: OpenProceeding, subject: Subject, words: str) -> None:
    with dems.transaction() as tx:
        version = tx.evidence.get(item(subject)).version
    changes = {"description": words}
    dems.evidence.describe(case.officer.actor, item(subject), changes, if_version=version, reason="It was seen")


def details(dems: Dems, case: OpenProceeding) -> list[bytes]:
    with dems.transaction() as tx:
        return [row.detail or b"" for row in tx.custody.chain(of_proceeding(case.id), Page(100))]


def photographs(dems: Dems, case: OpenProceeding, count: int) -> list[Subject]:
    made = [case.file(f"photograph {n}".encode()) for n in range(count)]
    for n, subject in enumerate(made):
        describe(dems, case, subject, f"Photograph {n}")
    return made


def searched(dems: Dems, case: OpenProceeding, **changes: object) -> SearchId:
    said: dict[str, object] = {
        "source": "Phone ABC/90", "purpose": "Whether Moss had a knife", "hits": TERMS, "examined": 3, **changes
    }  # fmt: skip
    return dems.reviewing.search(case.officer.actor, case.id, **said).id  # type: ignore[arg-type]


def asked(term: str = "photograph", **changes: object) -> NewBlock:
    said: dict[str, object] = {
        "title": "Photographs of meals", "source": "Phone ABC/90", "reason": "There are too many",
        "question": "Photographs", "asks": ReviewFilter(term=term), **changes,
    }  # fmt: skip
    return NewBlock(**said)  # type: ignore[arg-type]
