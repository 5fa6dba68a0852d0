"""Telling the life of a case: facts judged against all of it, kept, what follows from them beside the case, and the entries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from dems.errors import ImpossibleLife, Invalid, NotFound
from dems.ledger.canonical import canonical
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case
from dems.model.custody import of_case
from dems.model.ids import CaseId, FactId, PartyId, PersonId, new_id
from dems.model.life.contents import CaseLink, Content, PartyStatus
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.parties import Party
from dems.model.life.problems import Problem
from dems.model.life.recording import Recorded, record
from dems.model.life.records import content_record
from dems.model.life.saying import NewFact
from dems.model.life.strands import Proceeding, Review
from dems.model.life.vocabulary import Vocabulary
from dems.model.people import Person
from dems.model.times import london_date
from dems.ports import Transaction
from dems.steps.keeping_clocks import keep_clocks
from dems.steps.many_facts import shared_out

MOST_FACTS = 1_000
"""At once, of one case."""

MOST_OF_A_CASE = 10_000
"""In one life: what is recorded is judged against all of it, and every night its clocks are read anew. As many corrections
again are taken, so that nothing stays wrong because a case is full.
"""

_IN_AN_ENTRY = 100
_WORDS_OF_PEOPLE = frozenset({"reason", "text", "authority", "proceedings", "forum", "reference", "addressee", "label"})
"""Fields in which somebody writes what they like, names too: an entry has their digest, and not them."""

_UNSAID = _WORDS_OF_PEOPLE | {"other"}
"""A linked case too: whoever reads the entries of one case may be kept from knowing of the other by a wall."""


@dataclass(frozen=True, slots=True)
class Told:
    """The case and its life as they are since, what was added, and what is odd about it."""

    case: Case
    life: Life
    facts: tuple[Fact[Content], ...]
    warnings: tuple[Problem, ...]


def tell(
    tx: Transaction,
    actor: Actor,
    case: Case,
    new: Sequence[NewFact],
    *,
    now: datetime,
    vocabulary: Vocabulary,
    first: FactId | None = None,
) -> Told:
    """Record facts of a case whose row is held, all of them or none. `first` is the id that the first of them gets.

    Raises `NotFound` and `NotPermitted` as `authorise` does, also for another case that a link names; `Invalid` for what
    can never be recorded and `ImpossibleLife`, naming every broken rule, for what cannot be true of this case.
    """
    human = actor.somebody
    life = tx.lives.of_case(case.id)
    authorities = {act: tx.authorise(actor, act, case_id=case.id) for act in sorted({_act_of(n) for n in new})}
    they_exist(tx, actor, case.id, [n.content for n in new])
    facts, done = judged_facts(life, new, human, now, in_use(tx, vocabulary), first)
    tx.lives.add(case.id, facts)
    after = replace(case.told(done.life, london_date(now)), version=case.version + 1)
    tx.cases.save(after)
    keep_clocks(tx, [done.life], now)
    for act, told in entries_of(facts):
        tx.custody.append(authorities[act], of_case(case.id), act=act, case_id=case.id, facts={"facts": told})
    return Told(after, done.life, facts, done.warnings)


def in_use(tx: Transaction, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with the clocks that are defined now."""
    return replace(vocabulary, clocks=frozenset(d.id for d in tx.clocks.rules().in_use))


def judged_facts(
    life: Life,
    new: Sequence[NewFact],
    human: Person,
    now: datetime,
    vocabulary: Vocabulary,
    first: FactId | None = None,
) -> tuple[tuple[Fact[Content], ...], Recorded]:
    """New facts of a life, and what it is with them. Raises `Invalid` for too many, and what `record` raises."""
    if len(new) > MOST_FACTS:
        raise Invalid(f"At most {MOST_FACTS} facts are recorded at once: send the others after these.")
    most = MOST_OF_A_CASE * (1 if any(n.corrects is None for n in new) else 2)
    if new and len(life.facts) + len(new) > most:
        raise Invalid(f"A case has at most {most} facts: correct those it has, or open another case and link the two.")
    ids = [first or FactId(new_id()), *(FactId(new_id()) for _ in new[1:])]
    facts = tuple(Fact(i, n.content, human.id, now, n.corrects, n.reason) for i, n in zip(ids, new, strict=False))
    return facts, _recorded(life, facts, now, vocabulary)


def _recorded(life: Life, facts: Sequence[Fact[Content]], now: datetime, vocabulary: Vocabulary) -> Recorded:
    """As `record`; what is refused names new facts by their `positions`, from 0, since they never got an id."""
    try:
        return record(life, facts, now, vocabulary)
    except ImpossibleLife as refused:
        places = {str(f.id): n for n, f in enumerate(facts)}
        for problem in refused.data["problems"]:
            problem["positions"] = [places[i] for i in problem["facts"] if i in places]
            problem["facts"] = [i for i in problem["facts"] if i not in places]
        raise


def _act_of(fact: NewFact | Fact[Content]) -> Act:
    if isinstance(fact.content, CaseLink):
        return Act.CASE_LINK
    return Act.LIFE_RECORD if fact.corrects is None else Act.LIFE_CORRECT


def they_exist(
    tx: Transaction,
    actor: Actor,
    case_id: CaseId,
    contents: Sequence[Content],
    added: Sequence[Party] = (),
    *,
    remembered: dict[PersonId, bool] | None = None,
) -> None:
    """Whom and what facts name is there or among those `added`, and whoever links to a case may know of it.

    `remembered` keeps which people were found, for the next call. Raises `Invalid`, and for another case `NotFound`.
    """
    found = {} if remembered is None else remembered
    for person_id in sorted({p for c in contents if (p := _decided_by(c)) is not None}):
        if person_id not in found:
            found[person_id] = _is_somebody(tx, person_id)
        if not found[person_id]:
            raise Invalid("Nobody here has the id that `decided_by` names.", field="decided_by")
    named = {p for c in contents for p in _parties(c)} - {p.id for p in added}
    if len(tx.parties.some(case_id, named)) != len(named):
        raise Invalid("A fact names a party that this case does not have: add the party first.", field="party")
    for other in sorted({c.other for c in contents if isinstance(c, CaseLink)}):
        if other == case_id:
            raise Invalid("A case is not linked to itself: name the other one.", field="other")
        tx.authorise(actor, Act.CASE_READ, case_id=other)
        tx.cases.get(other)


def _is_somebody(tx: Transaction, person_id: PersonId) -> bool:
    try:
        tx.people.get(person_id)
    except NotFound:
        return False
    return True


def _decided_by(content: Content) -> PersonId | None:
    return getattr(content, "decided_by", None)


def _parties(content: Content) -> tuple[PartyId, ...]:
    if isinstance(content, PartyStatus):
        return (content.party,)
    if isinstance(content, Review) and content.applicant is not None:
        return (content.applicant,)
    return content.parties if isinstance(content, Proceeding) else ()


def entries_of(facts: Sequence[Fact[Content]]) -> list[tuple[Act, list[dict[str, Any]]]]:
    """What entries say of facts: those of each act together, what is new first, and as many as one entry holds."""
    found = []
    for act in (Act.LIFE_RECORD, Act.LIFE_CORRECT, Act.CASE_LINK):
        told = [in_entry(f) for f in facts if _act_of(f) is act]
        found += [(act, some) for some in shared_out(told, _IN_AN_ENTRY)]
    return found


def in_entry(fact: Fact[Content]) -> dict[str, Any]:
    """A fact as an entry has it: without what people wrote in words of their own, and with the SHA-256 of all of it."""
    kind, record_ = content_record(fact.content)
    whole = {"content": record_, "kind": kind, "reason": fact.reason}
    told = {
        "id": str(fact.id),
        "kind": kind,
        "content": {k: v for k, v in record_.items() if k not in _UNSAID and not isinstance(v, list)},
        "sha256": sha256(canonical(whole)).hexdigest(),
    }
    return told if fact.corrects is None else {**told, "corrects": str(fact.corrects)}
