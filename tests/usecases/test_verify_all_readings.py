"""What was read in files is looked through too: each result is made anew from its rows, and compared with its entry.

On engines of its own: what is spoilt here is not in others' way.
"""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from dems.bootstrap import Dems
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId
from dems.model.readings import KeptReading
from dems.ports import Page
from dems.steps.result import kept_document
from tests.reader import Reader
from tests.usecases.spoilt import Spoilt, spoilt_installation


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    with spoilt_installation(tmp_path_factory.mktemp("engines to spoil")) as installation:
        yield installation


@pytest.fixture
def read(spoilt: Spoilt) -> Iterator[tuple[Evidence, KeptReading]]:
    """An item with one reading; afterwards its rows are taken away, entries and all, so that each test begins in order."""
    core = Dems(
        spoilt.dems.settings,
        nudge=lambda _: None,
        clock=spoilt.time,
        engine=spoilt.dems.engine,
        store=spoilt.dems.store,
        reads=Reader,
    )
    item = spoilt.world.sealed(spoilt.team.investigator, spoilt.team.case, b"pictures of it\nand text")
    core.extraction.one(EvidenceId(item.id))
    with core.transaction() as tx:
        [kept] = tx.findings.of_item(EvidenceId(item.id), Page(2))
    yield item, kept
    ids = {"id": item.id}
    spoilt.sql("UPDATE item_index SET reading_id = NULL WHERE evidence_id = :id", **ids)
    for table in ("findings", "renditions"):
        spoilt.sql(
            f"DELETE FROM {table} WHERE reading_id IN (SELECT id FROM readings WHERE evidence_id = :id)",  # noqa: S608
            **ids,
        )
    spoilt.sql("DELETE FROM readings WHERE evidence_id = :id", **ids)
    spoilt.sql(
        "WITH gone AS (DELETE FROM custody_details WHERE evidence_id = :id AND act = 'findings.record' RETURNING entry_id), "
        "queued AS (DELETE FROM custody_queue WHERE entry_id IN (SELECT entry_id FROM gone)) "
        "DELETE FROM custody_entries WHERE id IN (SELECT entry_id FROM gone)",
        **ids,
    )


RESULT = "what was found is not what was recorded: its rows give another result"
SAYS = "its chain says something else of it"


def test_readings_in_order_are_found_so(spoilt: Spoilt, read: tuple[Evidence, KeptReading]) -> None:
    looked = spoilt.look(read_bytes=False)
    assert (spoilt.wrong, spoilt.known) == ([], [])
    assert looked.readings == 1
    del read


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE findings SET text_value = 'another' WHERE reading_id = :id AND position = 1", RESULT),
        ("UPDATE findings SET source = 'elsewhere' WHERE reading_id = :id AND position = 0", RESULT),
        ("UPDATE findings SET flags = ARRAY['disagrees', 'cut'] WHERE reading_id = :id AND position = 0", RESULT),
        ("DELETE FROM findings WHERE reading_id = :id AND position = 2", RESULT),
        (
            "DELETE FROM findings WHERE reading_id = :id AND position = 1",
            "its rows cannot be read (findings are missing, or not in their places)",
        ),
        ("UPDATE renditions SET sha256 = sha256('x') WHERE reading_id = :id AND number = 0", RESULT),
        ("DELETE FROM renditions WHERE reading_id = :id", RESULT),
        ("UPDATE readings SET state = 'partial', reason = 'x' WHERE id = :id", RESULT),
        ("UPDATE readings SET media_type = 'video/mp4' WHERE id = :id", RESULT),
        ("UPDATE readings SET warnings = ARRAY['x'] WHERE id = :id", RESULT),
        ("UPDATE readings SET findings = 7 WHERE id = :id", RESULT),
        ("UPDATE readings SET result_sha256 = sha256('x') WHERE id = :id", RESULT),
        ("UPDATE findings SET type = 'place' WHERE reading_id = :id AND position = 1", "its rows cannot be read"),
    ],
)
def test_every_row_of_a_reading_is_held_against_its_result(
    spoilt: Spoilt, read: tuple[Evidence, KeptReading], change: str, problem: str
) -> None:
    item, kept = read
    assert spoilt.sql(change, id=kept.id) != [0]
    looked = spoilt.look(read_bytes=False)
    assert looked.wrong == 1
    [told] = spoilt.wrong
    assert told.startswith(f"reading {kept.id} of item {item.id}: {problem}")


def test_a_result_that_was_made_anew_for_other_rows_is_not_what_the_chain_says(
    spoilt: Spoilt, read: tuple[Evidence, KeptReading]
) -> None:
    item, kept = read
    spoilt.sql("UPDATE findings SET text_value = 'another' WHERE reading_id = :id AND position = 1", id=kept.id)
    with spoilt.dems.transaction() as tx:
        findings, shown = [f for _, f in tx.findings.page(kept.id, 100)], tx.findings.renditions(kept.id)
    digest = sha256(kept_document(kept, findings, shown)).digest()
    spoilt.sql("UPDATE readings SET result_sha256 = :digest WHERE id = :id", id=kept.id, digest=digest)
    spoilt.look(read_bytes=False)
    assert spoilt.wrong == [f"reading {kept.id} of item {item.id}: {SAYS}"]


def test_a_reading_that_is_gone_is_missed(spoilt: Spoilt, read: tuple[Evidence, KeptReading]) -> None:
    item, kept = read
    spoilt.sql("UPDATE item_index SET reading_id = NULL WHERE evidence_id = :id", id=item.id)
    for table in ("findings", "renditions"):
        spoilt.sql(f"DELETE FROM {table} WHERE reading_id = :id", id=kept.id)  # noqa: S608
    spoilt.sql("DELETE FROM readings WHERE id = :id", id=kept.id)
    spoilt.look(read_bytes=False)
    assert spoilt.wrong == [
        f"reading {kept.id} of item {item.id} is not there, and its chain says that it was recorded"
    ]


def test_a_reading_that_no_entry_speaks_of_is_named(spoilt: Spoilt, read: tuple[Evidence, KeptReading]) -> None:
    item, kept = read
    spoilt.sql(
        "INSERT INTO readings SELECT gen_random_uuid(), evidence_id, case_id, version_id, sha256, size, state, reason, "
        "media_type, disagrees, sandbox, tools, toolset, warnings, bytes_read, requests, seconds, begun_at, ended_at, "
        "findings, result_sha256 FROM readings WHERE id = :id",
        id=kept.id,
    )
    spoilt.look(read_bytes=False)
    [told] = spoilt.wrong
    assert told.endswith(f"of item {item.id}: its chain says nothing of it")


def test_a_reading_that_cannot_be_read_at_all_is_named(spoilt: Spoilt, read: tuple[Evidence, KeptReading]) -> None:
    item, kept = read
    spoilt.sql("UPDATE readings SET state = 'finished' WHERE id = :id", id=kept.id)
    spoilt.look(read_bytes=False)
    [told] = spoilt.wrong
    assert told.startswith(f"the readings of item {item.id} cannot be read")


def test_what_a_broken_chain_does_not_say_any_more_is_not_held_against_it(
    spoilt: Spoilt, read: tuple[Evidence, KeptReading]
) -> None:
    item, _ = read
    spoilt.sql(
        "UPDATE custody_entries SET at = at + interval '1 s' WHERE id = "
        "(SELECT entry_id FROM custody_details WHERE evidence_id = :id AND act = 'findings.record')",
        id=item.id,
    )
    spoilt.look(read_bytes=False)
    [told] = spoilt.wrong
    assert told.startswith(f"the chain of item {item.id} does not hold")


def test_a_reading_whose_entry_was_destroyed_is_not_taken_for_one_without(
    spoilt: Spoilt, read: tuple[Evidence, KeptReading]
) -> None:
    item, _ = read
    [(last,)] = spoilt.sql(
        "SELECT max(e.seq) FROM custody_entries e JOIN custody_chains c ON c.id = e.chain_id WHERE c.subject = :id",
        id=item.id,
    )
    spoilt.destroy(item, last)
    looked = spoilt.look(read_bytes=False)
    assert (spoilt.wrong, looked.readings, looked.destroyed) == ([], 0, 1)
