"""One decision for each of many items at once, against a plain batch of as many rows and custody entries."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.schema import CreateSchema, DropSchema

from benchmarks.filled import filled_case
from benchmarks.installation import OPERATOR, Installation
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.db import tables
from dems.model.actors import Actor, ActorKind
from dems.model.custody import ChainKind
from dems.model.disclosure.contents import Relevant
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import PartyTo, Position
from dems.model.ids import CaseId, EvidenceId, StrandId, new_id
from dems.model.life.saying import NewFact
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.people import CaseRole, OrganisationRole
from dems.usecases.cases.put_member import Holding
from dems.usecases.disclosure.decide import Deciding

TARGET = Target("at most", 4)
_PLAIN = "plain_decisions"
_WRITTEN = ("disclosure_decisions", "custody_entries", "custody_details", "custody_queue")


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    owner = create_engine(installed.connections.database_owner_url)
    try:
        return _measured(installed, owner, sizes)
    finally:
        with owner.begin() as connection:
            connection.execute(DropSchema(_PLAIN, cascade=True, if_exists=True))
        owner.dispose()


def _measured(installed: Installation, owner: Engine, sizes: Sizes) -> list[Result]:
    _, manager, _ = installed.person()
    case = installed.case(manager)
    filled_case(installed.dems, installed.connections.database_owner_url, manager, case, sizes.decided)
    officer = _officer(installed, manager, case.id)
    with owner.begin() as connection:
        found = connection.scalars(select(tables.evidence.c.id).where(tables.evidence.c.case_id == case.id))
        subjects = [Subject.item(EvidenceId(item)) for item in sorted(found)][: sizes.decided]

    def decide(proceeding: StrandId) -> Sequence[Decision[Any]]:
        asked = [Deciding(Relevant(relevant=True), subjects, "It was recorded on the night of the arrest.")]
        return installed.dems.disclosure.decide(officer, proceeding, asked)

    first = _opened(installed, manager, officer, case.id)
    decide(first)
    rows = _rows(owner, first)
    each = {**rows, **_an_entry_each(rows)}
    plain = _plain_tables(owner)

    def ours() -> float:
        proceeding = _opened(installed, manager, officer, case.id)
        return timed(lambda: decide(proceeding))

    legs = {"ours": ours, "each": lambda: _insert(owner, plain, each), "written": lambda: _insert(owner, plain, rows)}
    machine = Machine()
    seconds = interleaved(legs, rounds=sizes.rounds).seconds
    machine.ended()
    return [
        Result(
            name,
            f"{len(subjects) / min(seconds['ours']):,.0f} decisions/s",
            f"{sum(map(len, of.values())) / min(seconds[leg]):,.0f} rows/s",
            ratios(seconds["ours"], seconds[leg]),
            "x",
            TARGET,
            sizes.full,
            machine=machine,
            details={"seconds": seconds, "rows": {name: len(some) for name, some in of.items()}},
        )
        for name, leg, of in (
            ("bulk decision, against an entry for each", "each", each),
            ("bulk decision, against the rows that it writes", "written", rows),
        )
    ]


def _officer(installed: Installation, manager: Actor, case_id: CaseId) -> Actor:
    role = CaseRole.DISCLOSURE_OFFICER
    person = installed.dems.people.add(
        OPERATOR, name="Officer", email=f"{new_id()}@example.org", roles=[OrganisationRole(role.value)]
    )
    installed.dems.cases.put_member(manager, case_id, person.id, [Holding(role)])
    return Actor(ActorKind.PERSON, person.name, person)


def _opened(installed: Installation, manager: Actor, officer: Actor, case_id: CaseId) -> StrandId:
    dems, proceeding = installed.dems, StrandId(new_id())
    party = dems.cases.parties.add(manager, case_id, name="Moss").id
    strand = Proceeding(proceeding, ProceedingKind.CRIMINAL, "Crown Court", None, (party,))
    dems.cases.record(manager, case_id, [NewFact(strand)])
    parties = [PartyTo(party, Position.DEFENDANT, "Moss")]
    began = date(2025, 6, 1)
    dems.disclosure.open(officer, proceeding, investigation_began=began, parties=parties, reason="Charge is near")
    return proceeding


def _rows(owner: Engine, proceeding: StrandId) -> dict[str, list[dict[str, Any]]]:
    """What one act wrote: its decisions, and the entries that say them."""
    decisions, entries, details = tables.disclosure_decisions, tables.custody_entries, tables.custody_details
    chain = select(tables.custody_chains.c.id).where(
        tables.custody_chains.c.kind == ChainKind.PROCEEDING.value, tables.custody_chains.c.subject == proceeding
    )
    said = entries.c.chain_id == chain.scalar_subquery()
    with owner.begin() as connection:
        rows = {
            "disclosure_decisions": connection.execute(
                select(decisions).where(decisions.c.proceeding_id == proceeding)
            ),
            # Its first entry is that of the opening.
            "custody_entries": connection.execute(select(entries).where(said, entries.c.seq > 1)),
            "custody_details": connection.execute(
                select(details).join(entries, entries.c.id == details.c.entry_id).where(said, entries.c.seq > 1)
            ),
        }
        found = {name: [dict(r) for r in some.mappings()] for name, some in rows.items()}
    return {**found, "custody_queue": [{"entry_id": e["id"]} for e in found["custody_entries"]]}


def _an_entry_each(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """As many entries as decisions, each as small as one that says a single decision."""
    entry, detail = rows["custody_entries"][0], rows["custody_details"][0]
    small = detail["detail"][:900]
    ids: list[UUID] = [new_id() for _ in rows["disclosure_decisions"]]
    return {
        "custody_entries": [{**entry, "id": i, "seq": n, "told_by": None} for n, i in enumerate(ids, 2)],
        "custody_details": [{**detail, "entry_id": i, "detail": small} for i in ids],
        "custody_queue": [{"entry_id": i} for i in ids],
    }


def _plain_tables(owner: Engine) -> dict[str, Table]:
    """The same tables with the same indexes, without triggers and without what they refer to."""
    with owner.begin() as connection:
        connection.execute(CreateSchema(_PLAIN, if_not_exists=True))
        for name in _WRITTEN:
            connection.execute(text(f"CREATE TABLE {_PLAIN}.{name} (LIKE public.{name} INCLUDING ALL)"))
    copies = MetaData(schema=_PLAIN)
    return {name: tables.metadata.tables[name].to_metadata(copies, schema=_PLAIN) for name in _WRITTEN}


def _insert(owner: Engine, plain: dict[str, Table], rows: dict[str, list[dict[str, Any]]]) -> float:
    with owner.begin() as connection:
        for name in _WRITTEN:
            connection.execute(text(f"TRUNCATE {_PLAIN}.{name}"))

    def batch() -> None:
        with owner.begin() as connection:
            for name in _WRITTEN:
                connection.execute(insert(plain[name]), rows[name])

    return timed(batch)
