"""Rules about decisions and about what happens: R03, R21, R23, R24, R27, R31 to R33, R35, R57. One function each."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice

from dems.model.disclosure.acting import holds
from dems.model.disclosure.authority import needed_for
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.contents import (
    MIGHT_BE_DISCLOSED,
    AgainstTest,
    Content,
    Handled,
    Handling,
    Level,
    Pii,
    PiiKind,
    PiiOutcome,
    Presumed,
    Privilege,
    PrivilegeState,
    Result,
    Sensitive,
)
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import valid
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.parties import ENDINGS, HappeningKind, Position
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import BlockId, EvidenceId, PersonId
from dems.model.life.events import words
from dems.model.life.problems import day_words
from dems.model.people import CaseRole, Clearance
from dems.model.times import london_date


def _decision(rule: str, decision: Decision[Content], message: str) -> Broken:
    return Broken(rule, Where.of(PlaceKind.DECISION, decision.id), message)


def r03(file: ProceedingFile) -> Iterator[Broken]:
    restricted: set[Subject] = set()
    case = file.opened.case_id

    # Thousands are decided at one instant: whether a person held something then is asked once.
    @cache
    def held(person: PersonId, what: CaseRole | Clearance, at: datetime) -> bool:
        return holds(file.grants, case, person, what, at)

    for d in file.record.decisions:
        by, needs = d.by, needed_for(d.content, d.subject in restricted)
        if isinstance(d.content, Sensitive) and d.content.level is not Level.NOT_SENSITIVE:
            restricted.add(d.subject)
        if by.role not in needs.roles:
            allowed = ", ".join(sorted(words(r) for r in needs.roles))
            yield _decision(
                "R03", d, f"The role {words(by.role)} does not decide this: have one of these do it: {allowed}."
            )
        if not held(by.person, by.role, by.at):
            on = day_words(london_date(by.at))
            message = (
                f"{by.name} did not hold the role {words(by.role)} on this case on {on}: have somebody decide who does."
            )
            yield _decision("R03", d, message)
        lacking = (c for c in Clearance if c in needs.clearances and not held(by.person, c, by.at))
        # Only the first of them: that a second is needed tells of some subjects that they are sensitive.
        for clearance in islice(lacking, 1):
            on = day_words(london_date(by.at))
            message = f"{by.name} did not hold the clearance {clearance.value} on {on}: have somebody decide who does."
            yield _decision("R03", d, message)
    for row in file.open_rows:
        if not file.relevant(row.subject):
            message = "Nobody has decided that this is relevant: decide so, or draft the schedule anew."
            yield Broken("R03", Where.row(row.place), message)


def r21(file: ProceedingFile) -> Iterator[Broken]:
    for subject in sorted(file.record.subjects):
        presumed, tested = file.record.says(subject, Presumed), file.record.stands(subject, AgainstTest)
        if presumed is None or presumed.category is None or tested is None:
            continue
        if tested.content.result is Result.DOES_NOT_MEET and not tested.content.rebuttal.strip():
            message = f"This is presumed to meet the test ({presumed.category}): say why it does not."
            yield _decision("R21", tested, message)


def r23(file: ProceedingFile) -> Iterator[Broken]:
    since = {HappeningKind.CHARGED, HappeningKind.NOT_GUILTY_PLEA}
    begun = min((h.on for h in file.happenings if h.kind in since), default=None)
    days = timedelta(days=file.policy.unscheduled_days)
    if begun is None:
        return
    submitted = {row.subject for s in file.schedules if not s.open for row in s.rows if row.live}
    for item in file.material.values():
        within = [b.subject for b in file.listing.get(item.id, ())]
        late = file.on > max(begun, item.added_on) + days
        if (
            late
            and file.relevant(item.subject)
            and file.unused(item.subject)
            and not submitted & {item.subject, *within}
        ):
            message = (
                f"This is relevant, and on no schedule that went to the prosecutor since {day_words(begun)}: list it."
            )
            yield Broken("R23", Where.subject(item.subject), message)


def r24(file: ProceedingFile) -> Iterator[Broken]:
    signed = [
        (london_date(r.by.at), r.certificate)
        for s in file.sets
        if file.state_of(s) not in {ScheduleState.DRAFT, ScheduleState.VOID}
        for r in s.reports
    ]
    for happened in file.happenings:
        if happened.kind is not HappeningKind.DEFENCE_STATEMENT:
            continue
        answered = any(
            on >= happened.on and (code := file.forms.certificate(name, on)) is not None and code.after_statement
            for on, name in signed
        )
        if not answered and file.on > happened.on + timedelta(days=file.policy.statement_days):
            message = (
                f"Review everything again after the defence statement of {day_words(happened.on)}, and report on it."
            )
            yield Broken("R24", Where(PlaceKind.HAPPENING, happened.kind.value), message)


def r27(file: ProceedingFile) -> Iterator[Broken]:
    for happened in file.happenings:
        if happened.kind is HappeningKind.REVIEW_ENDED and not ended_by(file, happened.on):
            message = (
                "Review goes on until everybody is acquitted or convicted, or the case is discontinued: take this back."
            )
            yield Broken("R27", Where(PlaceKind.HAPPENING, happened.kind.value), message)


def ended_by(file: ProceedingFile, day: date) -> bool:
    """Whether the proceeding had ended by a London date for everybody who is accused in it."""
    endings = {h.party for h in file.happenings if h.kind in ENDINGS and h.on <= day}
    accused = {p.party for p in file.opened.parties if p.position in {Position.DEFENDANT, Position.SUSPECT}}
    return None in endings or (bool(endings) and accused <= endings)


def review_goes_on(file: ProceedingFile) -> bool:
    """Whether material is still to be kept under review (1996 Act, section 7A)."""
    ended = any(h.kind is HappeningKind.REVIEW_ENDED and h.on <= file.on for h in file.happenings)
    return not (ended and ended_by(file, file.on))


def r31(file: ProceedingFile) -> Iterator[Broken]:
    order = {d.id: n for n, d in enumerate(file.record.decisions)}
    # Of all others, of which there may be thousands, it asks nothing.
    subjects = {d.subject for d in file.record.decisions if isinstance(d.content, Handled | Pii)}
    for subject in sorted(subjects):
        handled, tested = file.record.stands(subject, Handled), file.record.says(subject, AgainstTest)
        pii, level = file.record.stands(subject, Pii), file.record.stands(subject, Sensitive)
        if handled is not None and handled.content.handling is Handling.WITHHELD and tested is not None:
            ordered = (
                pii is not None
                and pii.content.order is not None
                and pii.content.order == handled.content.order
                and pii.content.outcome in {PiiOutcome.WITHHOLD, PiiOutcome.PARTIAL}
            )
            if tested.result in MIGHT_BE_DISCLOSED and not ordered:
                message = "This meets the test or may: only an order of the court, named here, lets it be withheld."
                yield _decision("R31", handled, message)
        if pii is not None and pii.content.live and not file.sensitive(subject):
            newest = max((d for d in (pii, level) if d is not None), key=lambda d: order[d.id])
            message = "Public interest immunity is of sensitive material only: decide on its sensitivity, or discharge the record."
            yield _decision("R31", newest, message)


def r32(file: ProceedingFile) -> Iterator[Broken]:
    if file.shown_to is not None and Clearance.PII not in file.shown_to:
        for d in file.record.decisions:
            if isinstance(d.content, Pii) and d.content.kind is PiiKind.WITHOUT_NOTICE:
                yield _decision(
                    "R32", d, "Nobody without the clearance is shown this: prepare what is shown for them anew."
                )


def r33(file: ProceedingFile) -> Iterator[Broken]:
    for d in file.record.decisions:
        if not isinstance(d.content, Sensitive) or d.content.level is Level.NOT_SENSITIVE:
            continue
        if not d.content.public_interest.strip():
            yield _decision("R33", d, "Say which important public interest is at stake.")
        if not d.content.prejudice.strip():
            yield _decision("R33", d, "Say how that public interest would be seriously prejudiced.")
        for category in d.content.categories:
            if valid(file.forms.sensitivities, category, london_date(d.by.at)) is None:
                yield _decision("R33", d, f"There was no category {category!r} on that day: choose one of the list.")


def r35(file: ProceedingFile) -> Iterator[Broken]:
    quarantined: set[Subject] = set()
    for d in file.record.decisions:
        counsel = d.by.role is CaseRole.INDEPENDENT_COUNSEL
        settles = isinstance(d.content, Privilege) and d.content.state is not PrivilegeState.SUSPECTED
        if not counsel and (d.subject in quarantined or settles):
            message = (
                "This may be privileged: only independent counsel sees it and decides about it until it is cleared."
            )
            yield _decision("R35", d, message)
        if isinstance(d.content, Privilege):
            if d.content.state is PrivilegeState.CLEARED:
                quarantined.discard(d.subject)
            else:
                quarantined.add(d.subject)
    for row in file.open_rows:
        if any(file.quarantined(m) for m in file.members(row.subject)):
            yield Broken(
                "R35", Where.row(row.place), "This may be privileged: have independent counsel clear it first."
            )


def r57(file: ProceedingFile) -> Iterator[Broken]:
    for d in file.record.decisions:
        if d.proceeding != file.opened.proceeding.id:
            yield _decision(
                "R57", d, "This was decided in another proceeding, and says nothing in this one: decide it here."
            )
        if not _of_this_case(file, d.subject):
            yield _decision("R57", d, "This is about nothing of this case: name one of its items or blocks.")
    for schedule in file.schedules:
        for row in schedule.rows:
            if row.sensitivity.proceeding != file.opened.proceeding.id:
                yield Broken(
                    "R57", Where.row(row.place), "This row rests on a decision of another proceeding: decide it here."
                )
            if not _of_this_case(file, row.subject):
                yield Broken("R57", Where.row(row.place), "This row lists nothing of this case: take it off.")


def _of_this_case(file: ProceedingFile, subject: Subject) -> bool:
    if subject.kind is SubjectKind.BLOCK:
        return BlockId(subject.id) in file.blocks
    item = file.material.get(EvidenceId(subject.id))
    return subject.id in file.unread or (item is not None and item.case_id == file.opened.case_id)
