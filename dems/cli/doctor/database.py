"""The database: schema, insert-only custody as the catalogue has it, the clock, the newest chains."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, select, text

from dems.bootstrap import Dems
from dems.cli.doctor.findings import Finding, well, wrong
from dems.db.engine import told_apart
from dems.db.tables import evidence
from dems.ledger.entry import Entry, EntryInvalid, verify_chain
from dems.model.actors import system
from dems.model.ids import EvidenceId
from dems.ports import CustodyRow, Page

_CUSTODY = (
    *("custody_chains", "custody_entries", "custody_details", "custody_destroyed", "custody_queue"),
    *("custody_leaves", "custody_nodes", "custody_checkpoints", "custody_signed", "custody_anchors"),
)
_TRIGGERS = {
    *((f"{table}_rows", table) for table in _CUSTODY),
    *((f"{table}_all", table) for table in _CUSTODY),
    ("custody_entries_queued", "custody_entries"),
    ("destroyed_by_two", "custody_destroyed"),
    ("destroyed_stays_destroyed", "custody_details"),
    ("approval_begins", "approvals"),
    ("approval_stays", "approvals"),
    ("evidence_sealed", "evidence"),
    ("upload_declared", "uploads"),
    *((f"{table}_{what}", table) for table in ("readings", "findings", "renditions") for what in ("rows", "all")),
}
_MOST_SECONDS_APART = 5.0
_PAGE = 500


def schema(dems: Dems) -> Iterator[Finding]:
    found = dems.schema()
    if found.current != found.head:
        yield wrong("schema", f"it is {found.current}, this program needs {found.head}: run `dems migrate`")
    else:
        yield well("schema", f"revision {found.head}")
    with told_apart(), dems.engine.connect() as connection:
        version = connection.execute(text("SHOW server_version")).scalar_one()
        sums = connection.execute(text("SHOW data_checksums")).scalar_one()
        yield well("database", f"PostgreSQL {version} answers, page checksums {sums}")


def protection(dems: Dems) -> Iterator[Finding]:
    """What keeps custody records as they were written, for the role that the application uses."""
    with told_apart(), dems.engine.connect() as connection:
        yield from _triggers(connection)
        yield from _grants(connection)


def _triggers(connection: Connection) -> Iterator[Finding]:
    rows = connection.execute(
        text("SELECT tgname, tgrelid::regclass::text, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal")
    )
    always = {(row[0], row[1]) for row in rows if row[2] == "A"}
    missing = sorted(name for name, table in _TRIGGERS - always)
    if missing:
        yield wrong(
            "custody triggers", f"not ENABLE ALWAYS: {', '.join(missing)}: restore them before anything is taken in"
        )
    else:
        yield well("custody triggers", f"all {len(_TRIGGERS)} are there and ENABLE ALWAYS")


def _grants(connection: Connection) -> Iterator[Finding]:
    role = connection.execute(text("SELECT current_user::text")).scalar_one()
    rows = connection.execute(
        text(
            "SELECT t.name || ' ' || p.name FROM unnest(CAST(:tables AS text[])) AS t(name), "
            "unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS p(name) "
            "WHERE has_table_privilege(t.name, p.name)"
        ),
        {"tables": list(_CUSTODY)},
    )
    may = sorted(str(row[0]) for row in rows)
    powers = connection.execute(
        text(
            "SELECT rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = current_user"
        )
    ).scalar_one()
    owns = connection.execute(
        text(
            "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole AND relnamespace = 'public'::regnamespace"
        )
    ).scalar_one()
    if may or powers or owns:
        reasons = [*may, *(["holds powers of an administrator"] if powers else []), *(["owns tables"] if owns else [])]
        yield wrong("custody grants", f"role {role} can change what was recorded: {', '.join(reasons)}")
    else:
        yield well("custody grants", f"role {role} may add to custody and read it, nothing else")


def clock(dems: Dems) -> Iterator[Finding]:
    with told_apart(), dems.engine.connect() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    newest = _newest_entry(dems)
    if apart > _MOST_SECONDS_APART:
        yield wrong("clock", f"this machine and the database are {apart:.0f} s apart: have both follow one time server")
    elif newest is not None and newest > datetime.now(UTC):
        yield wrong(
            "clock",
            f"the newest custody entry is of {newest:%Y-%m-%d %H:%M:%S} UTC, in the future: set the clock right",
        )
    else:
        yield well("clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, {apart * 1000:.0f} ms from the database's")


def _newest_entry(dems: Dems) -> datetime | None:
    with told_apart(), dems.engine.connect() as connection:
        found: datetime | None = connection.execute(text("SELECT max(at) FROM custody_entries")).scalar_one()
        return found


def chains(dems: Dems, most: int) -> Iterator[Finding]:
    """The chains of the newest items, each from its exact bytes."""
    with told_apart(), dems.engine.connect() as connection:
        ids = list(connection.execute(select(evidence.c.id).order_by(evidence.c.id.desc()).limit(most)).scalars())
    entries = broken = 0
    for evidence_id in ids:
        rows = _chain(dems, EvidenceId(evidence_id))
        entries += len(rows)
        problem = _problem(rows)
        if problem is not None:
            broken += 1
            yield wrong("custody chains", f"the chain of item {evidence_id} does not hold: {problem}")
    if not broken:
        yield well("custody chains", f"those of the newest {len(ids)} items hold, {entries} entries")


def _problem(rows: list[CustodyRow]) -> str | None:
    try:
        verify_chain([Entry(r.leaf, r.nonce, r.detail) for r in rows])
    except EntryInvalid as error:
        return str(error)
    return None if rows else "it has no entry"


def _chain(dems: Dems, evidence_id: EvidenceId) -> list[CustodyRow]:
    rows: list[CustodyRow] = []
    page = Page(_PAGE)
    while True:
        found = dems.custody.read.item(system(), evidence_id, page)
        rows += found
        if len(found) < _PAGE:
            return rows
        page = Page(_PAGE, found[-1].id)
