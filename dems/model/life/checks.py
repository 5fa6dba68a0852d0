"""What must hold of a life besides the order of its dates."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from dems.errors import Invalid
from dems.model.ids import StrandId
from dems.model.life.contents import Milestone, ModeDecision, Particulars, ThemeStatus
from dems.model.life.events import EVENTS, EventKind, Outcome, PauseKind, Strand, sentence_start, words
from dems.model.life.facts import Fact, standing
from dems.model.life.lives import Life
from dems.model.life.orders import order_problems
from dems.model.life.pauses import pause_problems
from dems.model.life.problems import Problem, day_words, refusal
from dems.model.life.strands import strand_of
from dems.model.life.vocabulary import Vocabulary
from dems.model.life.when import When
from dems.model.times import london_date

_RECORD = "The record of a case"
_CMR = "Police (Complaints and Misconduct) Regulations 2020, regulation "


def problems(life: Life, now: datetime, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Everything that cannot be, or hardly can, in a life as it stands at an instant."""
    return (
        *_future(life, now),
        *_particulars(life, vocabulary),
        *_strands(life),
        *_repeated(life),
        *_modes(life, vocabulary),
        *_themes(life, vocabulary),
        *pause_problems(life, vocabulary),
        *_resumptions(life),
        *_right_to_review(life),
        *order_problems(life),
    )


def _future(life: Life, now: datetime) -> Iterator[Problem]:
    """What is recorded has happened; only the end of an extension lies ahead."""
    today = london_date(now)
    for fact in standing(life.facts):
        when = getattr(fact.content, "when", None) or getattr(fact.content, "granted", None)
        if isinstance(when, When) and (when.on > today or (when.at is not None and when.at > now)):
            yield refusal(
                "in-the-future",
                f"What happens on {day_words(when.on)} is still to come: record it once it has happened.",
                _RECORD,
                fact,
            )


def _particulars(life: Life, vocabulary: Vocabulary) -> Iterator[Problem]:
    found = life.standing(Particulars)
    if len(found) > 1:
        yield refusal("particulars-twice", "A case is described once: correct what is there.", _RECORD, *found[-2:])
    for fact in found:
        if fact.content.force is not None:
            try:
                vocabulary.force(fact.content.force)
            except Invalid as wrong:
                yield refusal("unknown-force", wrong.message, _RECORD, fact)


def _strands(life: Life) -> Iterator[Problem]:
    strands = {f.content.id: strand_of(f.content) for f in life.strands}
    for one, other in pairwise(sorted(life.strands, key=lambda f: f.content.id)):
        if one.content.id == other.content.id:
            yield refusal("strand-twice", "Two records have one id: give the second its own.", _RECORD, one, other)
    for fact in life.standing(Milestone):
        about, wanted = fact.content.about, EVENTS[fact.content.kind].strand
        if about is not None and strands.get(about) is not wanted:
            yield refusal(
                "no-such-strand",
                f"{sentence_start(words(fact.content.kind))} names no {words(wanted)} of this case: record that first.",
                _RECORD,
                fact,
            )


def _repeated(life: Life) -> Iterator[Problem]:
    seen: dict[tuple[EventKind, StrandId | None], Fact[Milestone]] = {}
    for fact in life.standing(Milestone):
        milestone = fact.content
        if EVENTS[milestone.kind].repeatable:
            continue
        earlier = seen.setdefault((milestone.kind, milestone.about), fact)
        if earlier is not fact:
            yield refusal(
                "recorded-twice",
                f"{sentence_start(words(milestone.kind))} is recorded already, on {day_words(earlier.content.when.on)}: "
                "correct that fact if its date is wrong.",
                _RECORD,
                fact,
                earlier,
            )


def _modes(life: Life, vocabulary: Vocabulary) -> Iterator[Problem]:
    what = life.particulars
    for fact in life.standing(ModeDecision):
        if what is None:
            yield refusal("no-particulars", "Say what the case is before the mode is decided.", _RECORD, fact)
            continue
        try:
            vocabulary.mode(what.jurisdiction, fact.content.mode, fact.content.when.on)
        except Invalid as wrong:
            yield refusal("mode-not-open", wrong.message, "The modes of each jurisdiction, by date", fact)


def _themes(life: Life, vocabulary: Vocabulary) -> Iterator[Problem]:
    for fact in life.standing(ThemeStatus):
        if fact.content.applies:
            try:
                vocabulary.theme(fact.content.theme, fact.content.when.on)
            except Invalid as wrong:
                yield refusal("theme-not-open", wrong.message, "The themes, by date", fact)


def _resumptions(life: Life) -> Iterator[Problem]:
    """A letter about resuming follows a suspension for criminal proceedings, which it may not precede."""
    suspensions = [p for p in life.pauses() if p.kind is PauseKind.SUB_JUDICE]
    for fact in life.standing(Milestone):
        if fact.content.kind is EventKind.RESUMPTION_LETTER_SENT and not any(
            not fact.content.when.before(p.begins) for p in suspensions
        ):
            yield refusal(
                "resumption-without-suspension",
                "A letter about resuming follows a suspension for criminal proceedings: record that first.",
                f"{_CMR}41",
                fact,
            )


def _right_to_review(life: Life) -> Iterator[Problem]:
    """A victim may ask for review where the case is designated criminal and is not referred, of somebody else."""
    source = "Victims' Right to Review policy"
    milestones = {f.content.kind: f for f in life.standing(Milestone) if EVENTS[f.content.kind].strand is Strand.CASE}
    first, asked = milestones.get(EventKind.CPS_CONDITIONS_DECIDED), milestones.get(EventKind.VRR_REQUESTED)
    second = milestones.get(EventKind.VRR_DECIDED)
    if asked is not None and not life.criminal_on(asked.content.when.on):
        message = (
            "Only a case that is designated criminal has a victim's right to review: record the designation first."
        )
        yield refusal("review-right-not-criminal", message, source, asked)
    if asked is not None and first is not None and first.content.outcome is Outcome.MET:
        message = "The conditions for the CPS were met, so there is no decision against referral to review."
        yield refusal("review-right-referred", message, source, asked, first)
    if second is not None and first is not None and second.content.decided_by == first.content.decided_by:
        message = "Whoever decided first does not decide the review: name another decision maker."
        yield refusal("review-right-same-person", message, source, second, first)
