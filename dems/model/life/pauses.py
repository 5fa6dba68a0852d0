"""What must hold of pauses and extensions."""

from collections.abc import Iterator

from dems.errors import Invalid
from dems.model.ids import StrandId
from dems.model.life.contents import Extension, PauseBegun, PauseEnded
from dems.model.life.events import EventKind
from dems.model.life.facts import Fact
from dems.model.life.lives import Life, Pause
from dems.model.life.problems import Problem, Severity, day_words, refusal
from dems.model.life.vocabulary import Vocabulary

_RECORD = "The record of a case"


def pause_problems(life: Life, vocabulary: Vocabulary) -> Iterator[Problem]:
    """What is wrong with the pauses and extensions of a life."""
    yield from _ends(life)
    yield from _places(life)
    yield from _overlaps(life)
    yield from _extensions(life, vocabulary)


def _ends(life: Life) -> Iterator[Problem]:
    """Each pause begins once, ends at most once, and not before it began."""
    begun: dict[StrandId, Fact[PauseBegun]] = {}
    for start in life.standing(PauseBegun):
        other = begun.setdefault(start.content.pause, start)
        if other is not start:
            yield refusal("pause-twice", "Two pauses have one id: give the second its own.", _RECORD, start, other)
    ended: dict[StrandId, Fact[PauseEnded]] = {}
    for end in life.standing(PauseEnded):
        began = begun.get(end.content.pause)
        if began is None:
            yield refusal("no-such-pause", "What ends here did not begin: record its beginning first.", _RECORD, end)
        elif end.content.when.before(began.content.when):
            yield refusal(
                "stop-before-start",
                f"A pause that began on {day_words(began.content.when.on)} did not end on "
                f"{day_words(end.content.when.on)}: correct whichever date is wrong.",
                _RECORD,
                end,
                began,
            )
        earlier = ended.setdefault(end.content.pause, end)
        if earlier is not end:
            yield refusal("ended-twice", "This pause has ended already: correct that fact.", _RECORD, end, earlier)


def _places(life: Life) -> Iterator[Problem]:
    """A pause is about something the case has, and one of the case itself does not begin before the referral."""
    strands = {f.content.id for f in life.strands}
    received = life.first(EventKind.REFERRAL_RECEIVED)
    for fact in life.standing(PauseBegun):
        pause = fact.content
        if pause.about is not None:
            if pause.about not in strands:
                yield refusal("no-such-strand", "The pause is about nothing that this case has.", _RECORD, fact)
        elif received is not None and pause.when.before(received.when):
            yield refusal(
                "pause-before-referral",
                f"A pause on {day_words(pause.when.on)} is before the referral on {day_words(received.when.on)}.",
                _RECORD,
                fact,
            )


def _overlaps(life: Life) -> Iterator[Problem]:
    """Pauses of one kind and one subject do not overlap: a day is left out once."""
    last: dict[tuple[str, StrandId | None], Pause] = {}
    abouts = {f.content.about for f in life.standing(PauseBegun)}
    for pause in (p for about in abouts for p in life.pauses_about(about)):
        earlier = last.get((pause.kind, pause.about))
        if earlier is not None and (earlier.ends is None or pause.begins.before(earlier.ends)):
            yield Problem(
                Severity.REFUSE,
                "pauses-overlap",
                f"A pause from {day_words(pause.begins.on)} overlaps one of its kind from "
                f"{day_words(earlier.begins.on)}: end that one first.",
                _RECORD,
                (pause.fact, earlier.fact),
            )
        last[pause.kind, pause.about] = pause


def _extensions(life: Life, vocabulary: Vocabulary) -> Iterator[Problem]:
    strands = {f.content.id for f in life.strands}
    for fact in life.standing(Extension):
        if fact.content.about is not None and fact.content.about not in strands:
            yield refusal("no-such-strand", "The extension is about nothing that this case has.", _RECORD, fact)
        try:
            vocabulary.clock(fact.content.clock)
        except Invalid as wrong:
            yield refusal("no-such-clock", wrong.message, _RECORD, fact)
