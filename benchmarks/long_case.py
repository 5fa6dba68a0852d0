"""A case of many years whose timeline is long: parties, decisions, pauses, reviews and recommendations, each told by itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from benchmarks.installation import Installation
from dems.model.actors import Actor
from dems.model.ids import CaseId, PartyId, PersonId, StrandId, new_id
from dems.model.life.contents import (
    Content,
    Milestone,
    ModeDecision,
    PartyStatus,
    PauseBegun,
    PauseEnded,
    ThemeStatus,
)
from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.saying import NewFact
from dems.model.life.strands import Recommendation, RecommendationKind, Review, ReviewKind
from dems.model.life.vocabulary import DataSubjectCategory, MatterType, Mode, PartyRole, Source
from dems.model.life.when import When
from dems.ports import Page

REFERRED = datetime(2015, 3, 2, 9, 0, tzinfo=UTC)
PARTIES = 40
RECOMMENDATIONS = 14
_OF_THE_CASE = (
    (EventKind.PAPERS_RECEIVED, 1),
    (EventKind.INVESTIGATION_STARTED, 6),
    (EventKind.CONDUCT_NOTICE_SERVED, 30),
    (EventKind.REPORT_DRAFTED, 900),
    (EventKind.REPORT_FINAL, 980),
    (EventKind.WITH_DECISION_MAKER, 981),
    (EventKind.AA_VIEWS_REQUESTED, 990),
    (EventKind.AA_VIEWS_RECEIVED, 1_010),
)
_OF_A_REVIEW = (
    (EventKind.REVIEW_INFORMATION_PROVIDED, 0, None),
    (EventKind.REVIEW_APPLIED, 20, None),
    (EventKind.REVIEW_VALIDITY_DECIDED, 25, Outcome.VALID),
    (EventKind.REVIEW_PAPERS_RECEIVED, 40, None),
    (EventKind.REVIEW_DECIDED, 95, Outcome.UPHELD),
)
_OF_A_RECOMMENDATION = (
    (EventKind.RECOMMENDATION_MADE, 0, None),
    (EventKind.RECOMMENDATION_ANSWERED, 50, Outcome.ACCEPTED),
    (EventKind.RESPONSE_PUBLISHED, 65, None),
)


def long_case(installed: Installation, actor: Actor, entries: int) -> CaseId:
    """A case whose timeline has exactly so many entries, half of them facts and half of them of custody.

    Each fact is recorded by itself, as people do. Raises `RuntimeError` where the timeline has another length.
    """
    dems = installed.dems
    case = dems.cases.open(
        actor,
        reference=f"LONG/{new_id()}",
        title="A death in custody",
        matter_type=MatterType.DSI,
        force="kent",
        source=Source.MANDATORY,
        received_at=REFERRED,
    )
    parties = [
        dems.cases.parties.add(actor, case.id, name=f"Witness {n}", contact=f"witness-{n}@example.org").id
        for n in range(min(PARTIES, entries // 12))
    ]
    human = actor.human
    assert human is not None
    told = _told(human.id, parties)
    length = _length(installed, actor, case.id)
    while length + 2 <= entries:
        dems.cases.record(actor, case.id, [NewFact(next(told))])
        length += 2
    if length < entries:
        dems.cases.parties.add(actor, case.id, name="One more")
    found = _length(installed, actor, case.id)
    if found != entries:
        raise RuntimeError(f"the timeline has {found} entries, not {entries}")
    return case.id


def _length(installed: Installation, actor: Actor, case_id: CaseId) -> int:
    return len(installed.dems.cases.life.timeline(actor, case_id, Page(10_000)))


def _told(decider: PersonId, parties: list[PartyId]) -> Iterator[Content]:
    yield ModeDecision(Mode.INDEPENDENT, _on(2), decider, "A death after contact with the police.")
    for kind, days in _OF_THE_CASE:
        yield Milestone(kind, _on(days))
    for n, party in enumerate(parties):
        yield PartyStatus(party, PartyRole.WITNESS, DataSubjectCategory.WITNESS, True, _on(10 + n))
    for n in range(4):
        yield from _suspension(100 + 150 * n)
    for n in range(3):
        review = StrandId(new_id())
        yield Review(review, ReviewKind.INVESTIGATION)
        yield from (Milestone(k, _on(1_020 + 100 * n + d), review, o, decider) for k, d, o in _OF_A_REVIEW)
    for n in range(RECOMMENDATIONS):
        made = StrandId(new_id())
        yield Recommendation(
            made, RecommendationKind.PARA_28A, "The chief officer", f"Recommendation {n} of the report."
        )
        yield from (Milestone(k, _on(1_000 + n + d), made, o, decider) for k, d, o in _OF_A_RECOMMENDATION)
    for n in range(8):
        yield Milestone(EventKind.TIMELINESS_REPORT_SENT, _on(364 + 180 * n))
    for n in range(10_000):
        yield ThemeStatus("taser", n % 2 == 0, _on(20 + n % 3_000))


def _suspension(day: int) -> Iterator[Content]:
    pause, authority = StrandId(new_id()), "The Crown Prosecution Service"
    trial = "R v Somebody, Crown Court"
    yield PauseBegun(pause, PauseKind.SUB_JUDICE, _on(day), authority, "A trial is ahead.", proceedings=trial)
    yield PauseEnded(pause, _on(day + 60), authority, "The trial is over.")


def _on(days: int) -> When:
    return When(_date(days))


def _date(days: int) -> date:
    return REFERRED.date() + timedelta(days=days)
