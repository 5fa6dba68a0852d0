"""What somebody with the application's own rights on the database could write, had each row no rule of its own."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from dems.bootstrap import Dems
from dems.ledger.canonical import canonical
from dems.ledger.entry import NONCE_BYTES, leaf_hash, next_leaf
from dems.model.evidence import Evidence
from dems.ports import StoreCheck
from tests.conftest import Team
from tests.world import World

Run = Callable[..., list[Any]]


@pytest.fixture
def sealed(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"abc")


@pytest.fixture
def declared(world: World, team: Team) -> Evidence:
    return world.declare(team.investigator, team.case, b"abc").evidence


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tokens SET expires_at = now()",
        "UPDATE tokens SET person_id = issued_by",
        "UPDATE tokens SET hash = sha256('x')",
        "UPDATE case_grants SET ends_on = NULL",
        "UPDATE case_grants SET person_id = case_id",
        "UPDATE case_walls SET person_id = case_id",
        "UPDATE case_walls SET reason = 'x'",
        "UPDATE access_grants SET expires_at = now()",
        "UPDATE exhibit_refs SET evidence_id = case_id",
        "UPDATE store_checks SET held = true",
        "DELETE FROM store_checks",
        "DELETE FROM object_locks",
        "UPDATE object_locks SET evidence_id = upload_id",
        "UPDATE orphans SET size = 0",
        "DELETE FROM orphans",
        "UPDATE consultations SET fact = '{}'",
    ],
)
def test_the_application_updates_only_what_is_written_later(dems: Dems, as_application: Run, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_application(statement)
    del dems


def _copy(table: str, row_id: UUID | None, **changes: object) -> str:
    return (
        f"INSERT INTO {table} SELECT r.* FROM {table} t, "  # noqa: S608
        f"LATERAL jsonb_populate_record(t, '{json.dumps({'id': str(uuid4())} | changes)}') AS r WHERE t.id = '{row_id}'"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"state": "verifying"},
        {"state": "declared", "sealed_at": None, "version_id": None},
        {"state": "declared", "digests": {}, "version_id": None},
        {"state": "declared", "digests": {}, "sealed_at": None},
    ],
)
def test_no_item_begins_with_a_seal(sealed: Evidence, as_application: Run, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="begins as declared"):
        as_application(_copy("evidence", sealed.id, **changes))


@pytest.mark.parametrize("changes", [{}, {"state": "open"}, {"version_id": None}])
def test_no_upload_begins_with_bytes(sealed: Evidence, as_application: Run, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="begins open"):
        as_application(_copy("uploads", sealed.upload_id, **changes))


@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "declared_by = gen_random_uuid()",
        "declared_at = now() - interval '1 d'",
        "derived_from = id",
        "part_of = id",
    ],
)
def test_an_item_keeps_its_identity_and_its_declaration(declared: Evidence, as_application: Run, change: str) -> None:
    with pytest.raises(IntegrityError, match="does not change"):
        as_application(f"UPDATE evidence SET {change} WHERE id = '{declared.id}'")  # noqa: S608


@pytest.mark.parametrize("state", ["sealed", "frozen", "mismatch", "registered", "disposed"])
def test_an_item_without_bytes_is_not_judged(declared: Evidence, as_application: Run, state: str) -> None:
    with pytest.raises(IntegrityError, match=f"does not go from declared to {state}"):
        as_application(f"UPDATE evidence SET state = '{state}', sealed_at = now() WHERE id = '{declared.id}'")  # noqa: S608


@pytest.mark.parametrize("state", ["declared", "uploading", "verifying", "mismatch", "registered", "disposed"])
def test_a_sealed_item_goes_nowhere_but_into_the_ice(sealed: Evidence, as_application: Run, state: str) -> None:
    with pytest.raises(IntegrityError, match=f"does not go from sealed to {state}"):
        as_application(f"UPDATE evidence SET state = '{state}' WHERE id = '{sealed.id}'")  # noqa: S608


@pytest.mark.parametrize("change", ["sealed_at = now()", """digests = '{"sha256": "00"}'"""])
def test_a_seal_and_digests_come_with_the_verdict(declared: Evidence, as_application: Run, change: str) -> None:
    with pytest.raises(IntegrityError, match="from its verification only"):
        as_application(f"UPDATE evidence SET {change} WHERE id = '{declared.id}'")  # noqa: S608


def test_nothing_is_sealed_without_saying_when(declared: Evidence, as_application: Run) -> None:
    as_application(f"UPDATE evidence SET state = 'verifying' WHERE id = '{declared.id}'")  # noqa: S608
    with pytest.raises(IntegrityError, match="from its verification only"):
        as_application(f"UPDATE evidence SET state = 'sealed' WHERE id = '{declared.id}'")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "evidence_id = gen_random_uuid()",
        "case_id = gen_random_uuid()",
        "part_size = part_size + 1",
        "created_by = gen_random_uuid()",
        "created_at = now()",
        "expires_at = now() + interval '1 y'",
    ],
)
def test_an_upload_stays_as_it_was_opened(declared: Evidence, as_application: Run, change: str) -> None:
    with pytest.raises(IntegrityError, match="what was declared"):
        as_application(f"UPDATE uploads SET {change} WHERE id = '{declared.upload_id}'")  # noqa: S608


@pytest.mark.parametrize("change", ["completed_at = now()", "parts_sha256 = sha256('x')"])
def test_how_an_upload_ended_does_not_change(sealed: Evidence, as_application: Run, change: str) -> None:
    with pytest.raises(IntegrityError, match="what was declared"):
        as_application(f"UPDATE uploads SET {change} WHERE id = '{sealed.upload_id}'")  # noqa: S608


def test_no_digest_is_declared_of_bytes_that_were_judged(
    world: World, team: Team, declared: Evidence, as_application: Run
) -> None:
    item = world.declare(team.investigator, team.case, b"abc", sha256=None).evidence
    late = f"UPDATE uploads SET declared_sha256 = sha256('x') WHERE id = '{item.upload_id}'"  # noqa: S608
    as_application(f"UPDATE evidence SET state = 'verifying' WHERE id = '{item.id}'")  # noqa: S608
    as_application(f"UPDATE evidence SET state = 'mismatch' WHERE id = '{item.id}'")  # noqa: S608
    with pytest.raises(IntegrityError, match="that were judged"):
        as_application(late)
    del declared


def test_a_finished_verification_does_not_change(dems: Dems, team: Team, sealed: Evidence, as_application: Run) -> None:
    asked = dems.evidence.ask_verification(team.investigator.actor, sealed.id, reason="r")
    dems.evidence.recheck(sealed.id)
    for change in ("outcome = 'altered'", "finished_at = NULL", "digests = '{}'"):
        with pytest.raises(IntegrityError, match="a finished verification"):
            as_application(f"UPDATE verifications SET {change} WHERE id = '{asked.id}'")  # noqa: S608


@pytest.mark.parametrize("change", ["id = gen_random_uuid()", "added_at = now() - interval '1 d'"])
def test_a_person_stays_who_they_are(world: World, as_application: Run, change: str) -> None:
    person = world.somebody("investigator").person
    with pytest.raises(IntegrityError, match="stays who they are"):
        as_application(f"UPDATE people SET {change} WHERE id = '{person.id}'")  # noqa: S608


def _entry(chain: UUID, seq: int, leaf: bytes, hashed: bytes | None = None, entry: UUID | None = None) -> str:
    hashed = leaf_hash(leaf) if hashed is None else hashed
    return (
        "INSERT INTO custody_entries (id, chain_id, seq, at, leaf, leaf_hash) VALUES "  # noqa: S608
        f"('{entry or uuid4()}', '{chain}', {seq}, now(), '\\x{leaf.hex()}', '\\x{hashed.hex()}')"
    )


def _leaf(row: Any, **changes: object) -> bytes:
    """The leaf that would follow `row`, but for `changes`."""
    leaf = next_leaf(row.chain_id, bytes(row.leaf), at=row.at, nonce=b"n" * NONCE_BYTES, detail=b"{}")
    return canonical(json.loads(leaf.to_bytes()) | changes)


@pytest.fixture
def last(sealed: Evidence, as_application: Run) -> Any:
    [row] = as_application(
        "SELECT e.* FROM custody_entries e JOIN custody_chains c ON c.id = e.chain_id "  # noqa: S608
        f"WHERE c.subject = '{sealed.id}' ORDER BY e.seq DESC LIMIT 1"
    )
    return row


def test_an_entry_is_hashed_as_it_is(last: Any, as_application: Run) -> None:
    with pytest.raises(IntegrityError, match="does not follow"):
        as_application(_entry(last.chain_id, last.seq + 1, _leaf(last), sha256(b"another").digest()))


@pytest.mark.parametrize(
    "changes",
    [{"seq": 1}, {"chain": str(uuid4())}, {"previous": "0" * 64}, {"previous": None}],
    ids=["seq", "chain", "previous", "no previous"],
)
def test_an_entry_follows_the_one_before_it(last: Any, as_application: Run, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="does not follow"):
        as_application(_entry(last.chain_id, last.seq + 1, _leaf(last, **changes)))


@pytest.mark.parametrize("previous", [None, "0" * 64])
def test_a_chain_has_no_gaps(last: Any, as_application: Run, previous: str | None) -> None:
    for seq in (0, last.seq + 2):
        with pytest.raises(IntegrityError, match="does not follow"):
            as_application(_entry(last.chain_id, seq, _leaf(last, seq=seq, previous=previous)))


def test_no_entry_is_what_is_no_leaf(last: Any, as_application: Run) -> None:
    for leaf in (b"not json", b"\xff", b"{}"):
        with pytest.raises(DBAPIError):
            as_application(_entry(last.chain_id, last.seq + 1, leaf))


def test_a_temporary_table_does_not_stand_in_for_a_chain(last: Any, as_application: Run) -> None:
    forged = _leaf(last, seq=last.seq + 2, previous="0" * 64)
    with pytest.raises(DBAPIError):
        as_application(
            "CREATE TEMPORARY TABLE custody_entries ON COMMIT DROP AS SELECT chain_id, seq + 1 AS seq, "  # noqa: S608
            f"'\\x{'00' * 32}'::bytea AS leaf_hash FROM custody_entries WHERE id = '{last.id}';"
            + _entry(last.chain_id, last.seq + 2, forged).replace("INTO custody", "INTO public.custody")
        )


@pytest.mark.parametrize("wrong", ["detail", "nonce", "short nonce", "entry", "no entry"])
def test_a_detail_is_what_its_entry_commits_to(last: Any, as_application: Run, wrong: str) -> None:
    entry, nonce = uuid4(), b"n" * NONCE_BYTES
    detail = canonical({"entry": str(uuid4() if wrong == "entry" else entry), "reason": "\0\\"})
    leaf = next_leaf(last.chain_id, bytes(last.leaf), at=last.at, nonce=nonce, detail=detail).to_bytes()
    if wrong == "short nonce":
        commitment = sha256(nonce[:16] + detail).hexdigest()
        leaf, nonce = canonical(json.loads(leaf) | {"commitment": commitment}), nonce[:16]
    shown = {"detail": detail + b" ", "nonce": detail}.get(wrong, detail)
    given = b"m" * NONCE_BYTES if wrong == "nonce" else nonce
    subject = uuid4() if wrong == "no entry" else entry
    with pytest.raises(IntegrityError, match="commits to"):
        as_application(
            _entry(last.chain_id, last.seq + 1, leaf, entry=entry)
            + "; INSERT INTO custody_details (entry_id, nonce, detail, act) "  # noqa: S608
            f"VALUES ('{subject}', '\\x{given.hex()}', '\\x{shown.hex()}', 'x')"
        )


def test_a_chain_may_be_written_in_one_statement(last: Any, as_application: Run) -> None:
    """Also with U+0000 in a detail, which PostgreSQL's json does not take."""
    leaf, values, details = bytes(last.leaf), [], []
    for seq in range(last.seq + 1, last.seq + 4):
        entry, nonce = uuid4(), b"n" * NONCE_BYTES
        detail = canonical({"entry": str(entry), "reason": "\0 \\u0000"})
        leaf = next_leaf(last.chain_id, leaf, at=last.at, nonce=nonce, detail=detail).to_bytes()
        values.append(_entry(last.chain_id, seq, leaf, entry=entry).split("VALUES ")[1])
        details.append(f"('{entry}', '\\x{nonce.hex()}', '\\x{detail.hex()}', 'x')")
    as_application(
        f"INSERT INTO custody_entries (id, chain_id, seq, at, leaf, leaf_hash) VALUES {', '.join(values)};"  # noqa: S608
        f"INSERT INTO custody_details (entry_id, nonce, detail, act) VALUES {', '.join(details)}"
    )


def test_a_store_check_from_the_future_is_not_believed(dems: Dems, as_owner: Run) -> None:
    with dems.transaction() as tx:
        before = tx.upkeep.last_store_check()
        tx.upkeep.checked_store(StoreCheck(uuid4(), dems.clock() + timedelta(hours=1), "forged", True, []))
    with dems.transaction() as tx:
        assert tx.upkeep.last_store_check() == before
    as_owner("DELETE FROM store_checks WHERE endpoint = 'forged'")
