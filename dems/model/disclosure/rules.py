"""The rules as data: what each asks, how severe it is, where it comes from, and the one function that finds what breaks it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dems.model.disclosure import checks_before_certifying as before
from dems.model.disclosure import checks_of_decisions as decisions
from dems.model.disclosure import checks_of_lists as lists
from dems.model.disclosure import checks_of_rows as rows
from dems.model.disclosure import checks_of_sets as sets
from dems.model.disclosure.broken import Broken, PlaceKind
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import HowFar, Source


class Severity(StrEnum):
    BLOCK = "block"
    """Nothing is certified, submitted or recorded that breaks it."""
    WARN = "warn"
    """Somebody should look."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `asks` is what must hold; `check` yields every place where it does not."""

    id: str
    severity: Severity
    check: Callable[[ProceedingFile], Iterator[Broken]]
    source: Source
    asks: str


_H, _B, _W = HowFar, Severity.BLOCK, Severity.WARN
_MANUAL = "CPS Disclosure Manual, chapter "
_GUIDE = "Prosecution Team Manual of Guidance 2011"
_ACT = "Criminal Procedure and Investigations Act 1996, section "
_REFORM = "Police Reform Act 2002, section "
_COMPLAINTS = "Police (Complaints and Misconduct) Regulations 2020, regulation "
_OWN = Source("A choice of DEMS", _H.OWN_CHOICE)


def _looked_up(text: str) -> Source:
    return Source(text, _H.LOOKED_UP)


def _partly(text: str) -> Source:
    return Source(text, _H.PARTLY)


def _unverified(text: str) -> Source:
    return Source(text, _H.UNVERIFIED)


def _both(*checks: Callable[[ProceedingFile], Iterator[Broken]]) -> Callable[[ProceedingFile], Iterator[Broken]]:
    return lambda file: (broken for one in checks for broken in one(file))


RULES: tuple[Rule, ...] = (
    Rule(
        "R01", _B, rows.r01, _looked_up(f"{_MANUAL}7 and 14"),
        "Numbers go on by one from 1 in each series, across later schedules; none is given twice or changed.",
    ),
    Rule(
        "R02", _B, rows.r02, _looked_up(f"{_MANUAL}6"),
        "Every relevant unused item is on exactly one of MG6C and MG6D, or in a block, or a placeholder for what is "
        "elsewhere; nothing sensitive is on the MG6C.",
    ),
    Rule(
        "R03", _B, decisions.r03, _partly(f"{_MANUAL}1 and 5, of relevance; of the other decisions a choice of DEMS"),
        "Only what is relevant is listed, and every decision is by a named person in a role and with a clearance held "
        "that day.",
    ),
    Rule(
        "R04", _B, rows.r04, _unverified("Practice of the MG12"),
        "What is used in the proceeding is on no schedule of unused material.",
    ),
    Rule(
        "R05", _B, rows.r05, _looked_up(f"{_MANUAL}7"),
        "A description is there, is long enough, and is more than a file's name or a form's number.",
    ),
    Rule(
        "R06", _W, rows.r06, _looked_up(f"{_MANUAL}7"),
        "A description has no abbreviation that it does not write out.",
    ),
    Rule(
        "R07", _B, rows.r07, _looked_up(f"{_MANUAL}7"),
        "A block has a generic title, a quantity, a source and a reason.",
    ),
    Rule(
        "R08", _B, rows.r08, _looked_up(f"{_MANUAL}7, old and new edition"),
        "What meets the test or may, in a block, has a row of its own too.",
    ),
    Rule(
        "R09", _B, rows.r09, _looked_up(f"{_GUIDE}, MG6C"),
        "Every row of an MG6C says where the thing is.",
    ),
    Rule(
        "R10", _B, _both(sets.r10, lists.r10), _looked_up(f"{_MANUAL}10, old edition"),
        "What is served shows no reference to the MG6E, no mark of presumption, no internal comment and no highlight.",
    ),
    Rule(
        "R11", _B, rows.r11, _looked_up(f"{_MANUAL}8"),
        "Every row of an MG6D says in words why it is sensitive.",
    ),
    Rule(
        "R12", _B, rows.r12, _looked_up(f"{_GUIDE}, MG6D"),
        "Somebody has confirmed that the description of each row of an MG6D betrays no source.",
    ),
    Rule(
        "R14", _B, sets.r14, _looked_up(f"{_MANUAL}6 and 8"),
        "An MG6C goes with an MG6E, and with an MG6D or a signed nil MG6D.",
    ),
    Rule(
        "R15", _B, sets.r15, _looked_up(f"{_MANUAL}7 and 14"),
        "Every set has an MG6E of its own that covers each of its schedules.",
    ),
    Rule(
        "R16", _B, sets.r16, _looked_up(f"{_GUIDE}, MG6E"),
        "Every row of an MG6E names a row of a schedule, has a reason, and a copy is supplied.",
    ),
    Rule(
        "R17", _B, sets.r17, _partly(f"{_MANUAL}6; that both clearances are held is a choice of DEMS"),
        "A certificate is one of the list, signed and dated by a disclosure officer or deputy of the case at that time.",
    ),
    Rule(
        "R18", _B, sets.r18, _partly(f"{_MANUAL}7, old edition; the digest is a choice of DEMS"),
        "What was certified does not change; a change is a new version beside the old.",
    ),
    Rule(
        "R19", _B, sets.r19, _OWN,
        "Nothing that a certificate rests on changes between certification and submission.",
    ),
    Rule(
        "R20", _B, sets.r20, _partly("Practice, from a weak source; inspection records are a choice of DEMS"),
        "An endorsement is the reviewing lawyer's, with a code of that day's list, an inspection where the code needs "
        "one, and a reason against a presumption.",
    ),
    Rule(
        "R21", _W, decisions.r21, _looked_up(f"Attorney General's Guidelines 2022; {_MANUAL}12"),
        "What is presumed to meet the test is said not to with a reason.",
    ),
    Rule(
        "R22", _B, sets.r22, _looked_up(f"{_MANUAL}1 and 11"),
        "What is presumed to meet the test is copied to the prosecutor when it is first submitted.",
    ),
    Rule(
        "R23", _W, decisions.r23, _partly(f"{_MANUAL}1 and 11; the number of days is a choice of DEMS"),
        "What is relevant is scheduled within some days of charge or a plea of not guilty.",
    ),
    Rule(
        "R24", _W, decisions.r24, _unverified("Attorney General's Guidelines; the number of days is a choice of DEMS"),
        "A defence statement is followed by a review and an MG6E within some days.",
    ),
    Rule(
        "R25", _B, sets.r25, _looked_up(f"{_MANUAL}6 and 8"),
        "Only an MG6C is served, and only once it was submitted and endorsed.",
    ),
    Rule(
        "R26", _B, sets.r26, _OWN,
        "What moves between MG6C and MG6D leaves its number behind, annotated, and the lawyer is told.",
    ),
    Rule(
        "R27", _B, decisions.r27, _looked_up(f"{_ACT}7A; {_MANUAL}14"),
        "Material is kept under review until acquittal, conviction or discontinuance.",
    ),
    Rule(
        "R28", _B, sets.r28, _looked_up(f"{_GUIDE}, MG6E"),
        "Every disclosure officer who decided about what is listed has an MG6E, unless they only corroborate another.",
    ),
    Rule(
        "R29", _W, sets.r29, _looked_up(f"{_MANUAL}6"),
        "An investigation that began before a regime says so on the MG6.",
    ),
    Rule(
        "R30", _B, rows.r30, _looked_up(f"{_GUIDE}, edited items"),
        "An edited version on an MG6C is called so, and has its redactions and its unedited original.",
    ),
    Rule(
        "R31", _B, decisions.r31, _looked_up(f"{_ACT}3; {_GUIDE}, MG6D"),
        "What meets the test is withheld only under an order of the court; public interest immunity is of sensitive "
        "material only.",
    ),
    Rule(
        "R32", _B, decisions.r32, _OWN,
        "Public interest immunity without notice is invisible to whoever lacks the clearance.",
    ),
    Rule(
        "R33", _B, decisions.r33, _looked_up(f"{_MANUAL}8"),
        "A decision that something is sensitive says which important public interest is at stake and how it would be "
        "prejudiced.",
    ),
    Rule(
        "R34", _B, rows.r34, _unverified("A choice of DEMS, from practice"),
        "What is above OFFICIAL-SENSITIVE, or from informants or intercept, is not kept here but has a placeholder.",
    ),
    Rule(
        "R35", _B, decisions.r35, _unverified("Practice of legal professional privilege"),
        "What may be privileged is for independent counsel alone until it is cleared.",
    ),
    Rule(
        "R38", _B, lists.r38, _partly(f"{_REFORM}21A, from paragraph 23 of its Schedule 3"),
        "What holds section 21A sensitive information is on a list that leaves only edited, or under an authority that is recorded.",
    ),
    Rule(
        "R48", _B, rows.r48, _looked_up(f"{_GUIDE}, unexamined material"),
        "What was seized in bulk and not examined is not listed as reviewed.",
    ),
    Rule(
        "R50", _B, lists.r50, _partly(f"{_COMPLAINTS}11; Police (Conduct) Regulations 2020, regulation 30"),
        "Every document of misconduct proceedings has a harm test of its own, and what is withheld has a ground, an effect and "
        "a real risk that it would be significant.",
    ),
    Rule(
        "R53", _B, lists.r53, _looked_up("Coroners (Inquests) Rules 2013, rules 13 to 15"),
        "What the coroner is given is apart from what is proposed for interested persons, and what they are not to get has a "
        "ground of rule 15.",
    ),
    Rule(
        "R56", _B, lists.r56, _unverified("Practice of third-party material"),
        "Whoever material belongs to was asked before it goes on.",
    ),
    Rule(
        "R57", _B, decisions.r57, _OWN,
        "Every proceeding is decided by itself: no decision, row or item of another counts in it.",
    ),
    Rule(
        "REOPENED", _B, before.reopened, _OWN,
        "No decision is in question again: each was made anew since what put it in question.",
    ),
    Rule(
        "GUARD", _B, before.guard, _OWN,
        "Nothing that the defence is shown names, describes, copies or stands next to something sensitive, unless "
        "somebody cleared has said why it betrays nothing.",
    ),
    Rule(
        "LISTS", _B, lists.complete, _OWN,
        "A list of material holds all that belongs on it and is sealed and described, each page once, each exhibit with its "
        "producer, and nothing sensitive where it is passed on.",
    ),
)  # fmt: skip
"""In the order of their numbers, which are those of the domain's notes; after them those that are DEMS's own."""

BY_ID = {rule.id: rule for rule in RULES}
DECIDING = ("R03", "R31", "R33", "R35", "R50", "R53", "R57")
"""Those that are about a decision by itself: it is refused when it is made, first of all for who makes it."""


def check(file: ProceedingFile, rules: Iterable[str] = tuple(BY_ID)) -> tuple[Broken, ...]:
    """Everything that breaks the named rules, in the order of the rules and not only the first of it."""
    return tuple(broken for rule in rules for broken in BY_ID[rule].check(file))


def blocking(found: Iterable[Broken]) -> tuple[Broken, ...]:
    """What of it stops a certificate, a submission or a decision."""
    return tuple(b for b in found if BY_ID[b.rule].severity is Severity.BLOCK)


def as_data(broken: Broken) -> dict[str, Any]:
    """A broken rule as answers carry it: `row` as "MG6C 3" where it is in one, `hit` where the leak guard's hit of that id is to
    be answered.
    """
    rule = BY_ID[broken.rule]
    told = {} if broken.hit is None else {"hit": broken.hit}
    return {
        "rule": rule.id,
        "severity": rule.severity.value,
        "row": broken.where.key if broken.where.kind in {PlaceKind.ROW, PlaceKind.ENDORSEMENT} else None,
        "message": broken.message,
        "source": rule.source.text,
        "place": {"kind": broken.where.kind.value, "key": broken.where.key},
        **told,
    }
