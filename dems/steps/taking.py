"""Taking what another system says of a case: judged first against all that is known, and only then written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from dems.errors import Invalid, OlderMessage
from dems.model.acts import Act
from dems.model.cases import Case, CaseState
from dems.model.custody import Authority, of_case
from dems.model.ids import CaseId, GrantId, PartyId, new_id
from dems.model.life.contents import Content, Milestone
from dems.model.life.events import EventKind
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.messages import CaseMessage, SourceVersion, news, roles_of
from dems.model.life.parties import Party
from dems.model.life.problems import Problem
from dems.model.life.records import content_record
from dems.model.life.saying import NewFact, facts_saying
from dems.model.life.vocabulary import Vocabulary
from dems.model.people import CaseGrant, Person
from dems.model.times import london_date
from dems.ports import Transaction
from dems.steps.keeping_clocks import keep_clocks
from dems.steps.telling import entries_of, judged_facts


@dataclass(frozen=True, slots=True)
class Known:
    """A case as it stands, with what is known of it: after an earlier message of the same transaction, as that left it."""

    case: Case | None = None
    life: Life | None = None
    parties: Mapping[str, Party] = field(default_factory=dict)
    """By the other system's references."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message makes of a case. `after` is `before` where it says nothing new."""

    before: Known
    after: Known
    facts: tuple[Fact[Content], ...] = ()
    added: tuple[Party, ...] = ()
    corrected: tuple[Party, ...] = ()
    warnings: tuple[Problem, ...] = ()
    reason: str | None = None

    @property
    def case(self) -> Case:
        if self.after.case is None:
            raise RuntimeError("a message that was taken is of a case")
        return self.after.case

    @property
    def opened(self) -> bool:
        return self.before.case is None

    @property
    def changed(self) -> bool:
        return self.before.case != self.after.case


def judge(message: CaseMessage, known: Known, *, human: Person, now: datetime, vocabulary: Vocabulary) -> Taken:
    """What a message makes of a case, without writing anything.

    Raises `OlderMessage`, showing both values, for one that says otherwise and is not newer than the last, or has no version
    where the last had one; `Invalid` and `ImpossibleLife` as recording facts does; `Invalid` for a new case without a title.
    """
    today = london_date(now)
    case = known.case or _opened(message, human, now)
    life = known.life or Life(case.id)
    added, corrected, parties = _parties(message, case, known, now)
    ids = {reference: p.id for reference, p in parties.items()}
    reason = message.reason or (None if message.version is None else f"So the case system says ({message.version}).")
    new = (
        *facts_saying(life, vocabulary.meant(message.said), _since(message, known, today), reason),
        *news(life, (*message.contents, *roles_of(message.parties, ids)), reason),
    )
    titled = case if message.title is None else replace(case, title=message.title)
    differs = bool(new or added or corrected or titled != case)
    if known.case is not None and not _is_newer(message, known.case):
        if differs:
            raise _older(message, known.case, life, new, corrected, known.parties)
        return Taken(known, known)
    versioned = titled if message.version is None else replace(titled, source_version=str(message.version))
    if known.case is not None and versioned == known.case and not differs:
        return Taken(known, known)
    facts, done = judged_facts(life, new, human, now, vocabulary)
    after = replace(versioned.told(done.life, today), version=case.version + 1)
    return Taken(known, Known(after, done.life, parties), facts, added, corrected, done.warnings, message.reason)


def _opened(message: CaseMessage, human: Person, now: datetime) -> Case:
    if message.title is None:
        raise Invalid("There is no case with this reference yet: send its title too, to open it.", field="title")
    return Case(CaseId(new_id()), message.reference, message.title, CaseState.OPEN, human.id, now, version=0)


def _since(message: CaseMessage, known: Known, today: date) -> date:
    """From when themes, and being major, hold, where the message does not say.

    Of a new case since it was received, where that is said. Of one that is known since the message was said, where its
    version is a time: a message that was long on its way says what was so then. Else from today.
    """
    if message.since is not None:
        return message.since
    received = message.said.get("received_at")
    if known.case is not None:
        said_on = None if message.version is None else message.version.said_on
        return today if said_on is None else min(said_on, today)
    if received is not None:
        return london_date(received)
    dates = (c.when.on for c in message.contents if isinstance(c, Milestone) and c.kind is EventKind.REFERRAL_RECEIVED)
    return min(dates, default=today)


def _parties(
    message: CaseMessage, case: Case, known: Known, now: datetime
) -> tuple[tuple[Party, ...], tuple[Party, ...], dict[str, Party]]:
    parties, added, corrected = dict(known.parties), [], []
    for said in message.parties:
        party = parties.get(said.reference)
        if party is None:
            party = Party(PartyId(new_id()), case.id, said.name, said.contact, said.reference, now)
            added.append(party)
        else:
            after = party.corrected(said.name, said.contact)
            if after is not party:
                corrected.append(after)
            party = after
        parties[said.reference] = party
    return tuple(added), tuple(corrected), parties


def _is_newer(message: CaseMessage, case: Case) -> bool:
    """What one version has said is changed by a later one, and never by a message that nobody can place."""
    if case.source_version is None:
        return True
    return message.version is not None and SourceVersion.parse(case.source_version) < message.version


def _older(
    message: CaseMessage,
    case: Case,
    life: Life,
    new: Sequence[NewFact],
    corrected: Sequence[Party],
    parties: Mapping[str, Party],
) -> OlderMessage:
    by_id = {f.id: f.content for f in life.facts}
    conflicts: list[dict[str, Any]] = []
    if message.title not in {None, case.title}:
        conflicts.append({"what": "title", "here": case.title, "sent": message.title})
    for fact in new:
        here = None if fact.corrects is None else content_record(by_id[fact.corrects])[1]
        kind, sent = content_record(fact.content)
        conflicts.append({"what": kind, "here": here, "sent": sent})
    for party in corrected:
        before = parties[party.reference or ""]
        conflicts.append({"what": "party", "here": _shown(before), "sent": _shown(party)})
    version = None if message.version is None else str(message.version)
    return OlderMessage(case.source_version or "", version, conflicts)


def _shown(party: Party) -> dict[str, Any]:
    return {"reference": party.reference, "name": party.name, "contact": party.contact}


def known_of(tx: Transaction, messages: Sequence[CaseMessage]) -> dict[str, Known]:
    """What is known of the cases of these messages, their rows held: by their references, those that are new left out."""
    cases = tx.cases.by_references(sorted({m.reference for m in messages}), for_update=True)
    lives = {life.case_id: life for life in tx.lives.of_cases([c.id for c in cases])}
    wanted = {m.reference: {p.reference for m in messages for p in m.parties} for m in messages}
    return {
        case.reference: Known(
            case,
            lives[case.id],
            {p.reference or "": p for p in tx.parties.by_reference(case.id, wanted[case.reference])},
        )
        for case in cases
    }


def keep(tx: Transaction, authority: Authority, taken: Sequence[Taken], now: datetime) -> None:
    """Write what was judged, of each case in the order in which it was judged.

    Raises `AlreadyExists` where somebody else opened such a case in this moment: undo the transaction then.
    """
    changes = [t for t in taken if t.changed]
    last = {t.case.id: t.case for t in changes}
    opened = {t.case.id for t in changes if t.opened}
    # By reference, as everybody does: two that open the same cases would each wait for one that the other has added.
    tx.cases.add_many(sorted((last[i] for i in opened), key=lambda case: case.reference))
    for case_id in sorted(set(last) - opened):
        tx.cases.save(last[case_id])
    _join(tx, authority, sorted(opened), now)
    for t in changes:
        for party in t.added:
            tx.parties.add(party)
        for party in t.corrected:
            tx.parties.save(party)
    tx.lives.add_many(
        [
            (t.case.id, (0 if t.before.case is None else t.before.case.facts) + n, fact)
            for t in changes
            for n, fact in enumerate(t.facts, 1)
        ]
    )
    lives = {t.case.id: t.after.life for t in changes if t.after.life is not None}
    keep_clocks(tx, [lives[i] for i in sorted(lives)], now)
    for t in changes:
        _enter(tx, authority, t)


def _join(tx: Transaction, authority: Authority, opened: Sequence[CaseId], now: datetime) -> None:
    """Who opens a case joins its team with the case roles they hold."""
    human = authority.actor.human
    assert human is not None
    today = london_date(now)
    tx.cases.add_grants(
        [
            CaseGrant(GrantId(new_id()), case_id, human.id, role, today, None, now)
            for case_id in opened
            for role in sorted(human.case_roles)
        ]
    )


def _enter(tx: Transaction, authority: Authority, taken: Taken) -> None:
    case, before = taken.case, taken.before.case
    told = entries_of(taken.facts)
    facts: dict[str, Any] = {"source_version": case.source_version}
    if before is None:
        human = authority.actor.human
        assert human is not None
        team = [{"person": str(human.id), "roles": sorted(r.value for r in human.case_roles)}]
        facts |= {"reference": case.reference, "title": case.title, "team": team}
    elif before.title != case.title:
        facts |= {"before": {"title": before.title}, "after": {"title": case.title}}
    if taken.added:
        facts["parties"] = [str(p.id) for p in taken.added]
    if taken.corrected:
        facts["parties_corrected"] = [str(p.id) for p in taken.corrected]
    if told and told[0][0] is Act.LIFE_RECORD:
        # One entry for what came in one message, as far as one holds it.
        facts["facts"] = told.pop(0)[1]
    act = Act.CASE_OPEN if before is None else Act.CASE_CHANGE
    chain = of_case(case.id)
    tx.custody.append(authority, chain, act=act, case_id=case.id, reason=taken.reason, facts=facts)
    for told_act, some in told:
        tx.custody.append(authority, chain, act=told_act, case_id=case.id, facts={"facts": some})
