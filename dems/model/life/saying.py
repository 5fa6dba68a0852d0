"""What is said of a case in plain fields, as facts: so that saying something else later keeps what was said before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dems.model.ids import FactId
from dems.model.life.contents import Content, MajorStatus, Milestone, Particulars, Retracted, ThemeStatus
from dems.model.life.events import EventKind
from dems.model.life.lives import Life
from dems.model.life.vocabulary import Jurisdiction
from dems.model.life.when import When

PARTICULARS = frozenset({"matter_type", "jurisdiction", "force", "appropriate_authority", "source"})
FIELDS = PARTICULARS | {"themes", "is_major", "received_at"}
"""What can be said so; a field that is not said stays as it is."""

NO_REASON = "No reason was given."

_NOTHING = Particulars(None, Jurisdiction.POLICE, None, None, None)


@dataclass(frozen=True, slots=True)
class NewFact:
    """What is to be recorded; `corrects` and `reason` as in `Fact`."""

    content: Content
    corrects: FactId | None = None
    reason: str | None = None


def facts_saying(life: Life, said: Mapping[str, Any], since: date, reason: str | None = None) -> tuple[NewFact, ...]:
    """The facts that bring a life to what is said of `FIELDS`; none where it says so already.

    A theme, and being major, hold from `since`. What the case is and when it was received were so all along: what was said
    of them before is corrected.
    """
    why = (reason or "").strip() or NO_REASON
    return (
        *_particulars(life, {k: v for k, v in said.items() if k in PARTICULARS}, why),
        *(_received(life, said["received_at"], why) if "received_at" in said else ()),
        *(_major(life, said["is_major"], since, why) if "is_major" in said else ()),
        *(_themes(life, frozenset(said["themes"]), since) if "themes" in said else ()),
    )


def _particulars(life: Life, said: Mapping[str, Any], why: str) -> Iterator[NewFact]:
    standing = life.standing(Particulars)
    before = standing[-1].content if standing else _NOTHING
    after = replace(before, **{k: v for k, v in said.items() if v is not None or k != "jurisdiction"})
    if after != before:
        yield NewFact(after, standing[-1].id, why) if standing else NewFact(after)


def _received(life: Life, at: Any, why: str) -> Iterator[NewFact]:
    before = life.first(EventKind.REFERRAL_RECEIVED)
    when = None if at is None else When.of(at)
    if when is None:
        if before is not None:
            yield NewFact(Retracted(), before.fact, why)
    elif before is None:
        yield NewFact(Milestone(EventKind.REFERRAL_RECEIVED, when))
    elif before.when != when:
        yield NewFact(Milestone(EventKind.REFERRAL_RECEIVED, when), before.fact, why)


def _major(life: Life, is_major: bool, since: date, why: str) -> Iterator[NewFact]:
    if life.major_on(since) is not is_major:
        yield NewFact(MajorStatus(is_major, When(since), why))


def _themes(life: Life, themes: frozenset[str], since: date) -> Iterator[NewFact]:
    before = life.themes_on(since)
    for theme in sorted(themes ^ before):
        yield NewFact(ThemeStatus(theme, theme in themes, When(since)))
