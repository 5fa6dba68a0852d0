"""The plan: what is declared together, under which key, and what goes on as the same item."""

import json
import sqlite3
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dems.cli.upload.batches import KNOWN_FOR, Batches, Shown, stand_of
from dems.cli.upload.files import Stand
from dems.cli.upload.memory import remembered
from dems.cli.upload.plan import Plan
from dems.cli.upload.walk import Found


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    with remembered("case") as db:
        yield Plan(db)


def noon() -> float:
    return 43200.0


def found(name: str, size: int = 3, mtime_ns: int = 7, identity: str = "1:2:3") -> Found:
    return Found(Path("/folder") / name, name.encode(), size, mtime_ns, identity)


def next_run(plan: Plan) -> Plan:
    return Plan(plan.db)


def names(plan: Plan, *stands: Stand) -> list[bytes]:
    return [f.name for f in plan.files(*stands)]


def view(position: int, **more: Any) -> dict[str, Any]:
    upload = {"id": f"upload{position}", "state": "open", "part_size": 8, "part_count": 1}
    return {
        "position": position,
        "evidence_id": f"item{position}",
        "exhibit_ref": f"AK/{position + 1}",
        "size": 3,
        "state": "declared",
        "outcome": "missing",
        "reason": None,
        "sha256": None,
        "declared_sha256": None,
        "upload": upload,
        **more,
    }


def declared(plan: Plan, *files: Found) -> Plan:
    """A plan in which these files are items of an intake."""
    for file in files:
        plan.see(file)
    batches = Batches(plan, noon)
    batch = batches.form({}, 100)
    assert batch is not None
    batches.answered(batch, "intake", "token")
    for position in range(len(files)):
        Shown(plan).item(view(position, size=files[position].size), "intake")
    return plan


# --- manifests ---


def test_files_are_declared_in_the_order_of_the_walk_and_so_many_at_once(plan: Plan) -> None:
    for number in range(5):
        plan.see(found(f"f{number}"))
    batches = Batches(plan, noon)
    made = [batch for _ in range(3) if (batch := batches.form({"exhibit_prefix": "AK"}, 2)) is not None]
    named = [[item["file"]["name"] for item in batch.body["items"]] for batch in made]
    assert named == [["f0", "f1"], ["f2", "f3"], ["f4"]]
    assert all(batch.body["exhibit_prefix"] == "AK" for batch in made)
    assert len({batch.key for batch in made}) == 3
    assert batches.form({}, 2) is None


def test_a_manifest_is_not_larger_than_the_server_reads(plan: Plan) -> None:
    description = json.dumps({"description": "x" * 4000})
    for number in range(9000):
        plan.see(found(f"f{number}"), description)
    batch = Batches(plan, noon).form({}, 10_000)
    assert batch is not None
    assert 1000 < len(batch.body["items"]) < 9000
    assert len(json.dumps(batch.body)) < 17 * 1024 * 1024


def test_a_manifest_that_was_not_answered_is_asked_for_again_word_for_word(plan: Plan) -> None:
    plan.see(Found(Path("/folder/x"), b"\xff", 3, 7, "1:2:3"), '{"source":"A disc"}')
    said = Batches(plan, noon).form({"exhibit_prefix": "AK"}, 10)
    later = next_run(plan)
    later.see(Found(Path("/folder/x"), b"\xff", 4, 8, "1:2:4"), '{"source":"Another disc"}')
    assert Batches(later, noon).unanswered() == [said]
    assert said is not None
    assert said.body["items"] == [{"source": "A disc", "file": {"name_base64": "/w==", "size": 3}}]
    assert [f.mark.size for f in later.files(Stand.NEW)] == [4], "what lies there now is another file until it is read"


def test_what_the_server_may_have_forgotten_is_not_asked_for_again(plan: Plan) -> None:
    plan.see(found("f"))
    Batches(plan, now=lambda: 1000.0).form({}, 10)
    later = next_run(plan)
    later.see(found("f"))
    assert Batches(later, now=lambda: 1000 + KNOWN_FOR).unanswered() == []
    assert names(later, Stand.NEW) == [b"f"], "it is compared with what the case has"


def test_a_clock_that_was_set_back_does_not_make_a_manifest_young(plan: Plan) -> None:
    plan.see(found("f"))
    Batches(plan, now=lambda: 1000.0).form({}, 10)
    later = next_run(plan)
    later.see(found("f"))
    assert Batches(later, now=lambda: 999.0).unanswered() == []


def test_what_was_begun_for_other_files_is_left_alone(plan: Plan) -> None:
    plan.see(found("f"))
    Batches(plan, noon).form({}, 10)
    later = next_run(plan)
    later.see(found("g"))
    assert Batches(later, noon).unanswered() == []
    assert names(later, Stand.NEW, Stand.DECLARING) == [b"g"]


def test_a_manifest_that_was_refused_leaves_new_files(plan: Plan) -> None:
    plan.see(found("f"))
    batches = Batches(plan, noon)
    batch = batches.form({}, 10)
    assert batch is not None
    batches.dissolve(batch.id)
    assert names(plan, Stand.NEW) == [b"f"]
    again = batches.form({}, 10)
    assert again is not None
    assert again.key != batch.key


def test_a_token_is_kept_until_all_of_its_intake_is_sealed(plan: Plan) -> None:
    declared(plan, found("f"), found("g"))
    batches = Batches(plan, noon)
    plan.change(1, stand=Stand.SEALED)
    batches.done_with_what_is_sealed()
    assert batches.tokens() == {"intake": "token"}
    plan.change(2, stand=Stand.SEALED)
    batches.done_with_what_is_sealed()
    assert batches.tokens() == {}


def test_an_intake_that_the_server_does_not_know_is_forgotten(plan: Plan) -> None:
    declared(plan, found("f"))
    Batches(plan, noon).forget("intake")
    [file] = plan.files(Stand.NEW)
    assert (file.evidence, file.upload, file.intake) == (None, None, None)
    assert Batches(plan, noon).tokens() == {}


# --- the same file, another file ---


@pytest.mark.parametrize("stand", [Stand.SENT, Stand.SEALED, Stand.DECLARED, Stand.UNSURE])
def test_a_file_is_known_by_all_that_the_system_says_of_it(plan: Plan, stand: Stand) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=stand)
    later = next_run(plan)
    later.see(found("f"))
    later.see(found("g"))
    assert names(later, stand) == [b"f"]
    assert names(later, Stand.NEW) == [b"g"]


@pytest.mark.parametrize("stand", [Stand.SENT, Stand.SEALED, Stand.DECLARED, Stand.UNSURE])
@pytest.mark.parametrize("other", [{"size": 4}, {"mtime_ns": 8}, {"identity": "1:2:4"}, {"identity": "9:2:3"}])
def test_a_file_of_which_anything_differs_is_another_until_it_is_read(
    plan: Plan, stand: Stand, other: dict[str, Any]
) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=stand)
    later = next_run(plan)
    later.see(found("f", **other))
    [file] = later.files(*Stand)
    assert (file.stand, file.evidence) == (Stand.NEW, None)


def test_a_file_whose_identity_was_never_written_down_is_another_until_it_is_read(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=Stand.SEALED, identity=None)
    later = next_run(plan)
    later.see(found("f"))
    assert names(later, *Stand) == names(later, Stand.NEW) == [b"f"]


@pytest.mark.parametrize("stand", [Stand.DECLARED, Stand.DECLARING, Stand.DIFFERENT, Stand.UNSURE])
def test_what_is_described_otherwise_now_does_not_go_on(plan: Plan, stand: Stand) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=stand)
    for opening, described in (({}, '{"source": "B"}'), ({"source": "B"}, "{}")):
        later = Plan(plan.db, opening)
        later.see(found("f"), described)
        assert names(later, *Stand) == names(later, Stand.NEW) == [b"f"]


def test_what_is_sealed_stays_so_however_it_is_described_now(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=Stand.SEALED)
    later = next_run(plan)
    later.see(found("f"), '{"source": "B"}')
    assert names(later, Stand.SEALED) == [b"f"]


def test_one_item_stands_for_one_file(plan: Plan) -> None:
    declared(plan, found("f"), found("g"))
    with pytest.raises(sqlite3.IntegrityError):
        plan.change(2, evidence="item0")


def test_files_of_earlier_runs_that_are_not_meant_now_are_left_alone(plan: Plan) -> None:
    declared(plan, found("f"))
    later = next_run(plan)
    later.see(found("g"))
    assert later.counts() == (1, 3)
    assert names(later, Stand.DECLARED, Stand.NEW) == [b"g"]


def test_the_last_word_about_a_file_is_for_one_run(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.over(1)
    assert names(plan, Stand.DECLARED) == []
    later = next_run(plan)
    later.see(found("f"))
    assert names(later, Stand.DECLARED) == [b"f"]


def test_again_forgets_only_what_the_case_was_found_to_have(plan: Plan) -> None:
    declared(plan, found("ours"))
    plan.see(found("theirs"))
    plan.change(2, stand=Stand.SEALED, found=1, evidence="item9")
    later = next_run(plan)
    later.take_in_again()
    later.see(found("ours"))
    later.see(found("theirs"))
    assert names(later, Stand.NEW) == [b"theirs"]
    assert names(later, Stand.DECLARED) == [b"ours"]


# --- what the server shows ---


@pytest.mark.parametrize(
    ("outcome", "state", "upload", "stand"),
    [
        ("missing", "declared", "open", Stand.DECLARED),
        ("missing", "uploading", "completing", Stand.SENT),
        ("missing", "declared", "expired", Stand.DECLARED),
        ("missing", "declared", "abandoned", Stand.DECLARED),
        ("received", "verifying", "completed", Stand.SENT),
        ("sealed", "sealed", "completed", Stand.SEALED),
        ("different", "mismatch", "completed", Stand.DIFFERENT),
        ("failed", "mismatch", "completed", Stand.DIFFERENT),
        ("failed", "frozen", "completed", Stand.FAILED),
        ("failed", "sealed", "completed", Stand.FAILED),
    ],
)
def test_what_is_left_to_do_follows_from_the_item(outcome: str, state: str, upload: str, stand: Stand) -> None:
    assert stand_of(view(0, outcome=outcome, state=state, upload={"state": upload})) is stand


OURS, OTHERS = b"1" * 32, b"2" * 32


@pytest.mark.parametrize(
    ("ours", "shown", "stand"),
    [
        (OURS, {"outcome": "sealed", "sha256": OURS.hex()}, Stand.SEALED),
        (OURS, {"outcome": "sealed", "sha256": OTHERS.hex(), "declared_sha256": OURS.hex()}, Stand.UNSURE),
        (OURS, {"outcome": "sealed"}, Stand.UNSURE),
        (None, {"outcome": "sealed", "sha256": OURS.hex()}, Stand.UNSURE),
        (OURS, {"outcome": "received", "declared_sha256": OURS.hex()}, Stand.SENT),
        (OURS, {"outcome": "received", "declared_sha256": OTHERS.hex()}, Stand.UNSURE),
        (OURS, {"outcome": "received"}, Stand.SENT),
        (None, {"outcome": "received", "declared_sha256": OURS.hex()}, Stand.UNSURE),
        (None, {"outcome": "missing"}, Stand.DECLARED),
    ],
)
def test_bytes_are_a_files_own_only_if_its_own_digest_says_so(
    plan: Plan, ours: bytes | None, shown: dict[str, Any], stand: Stand
) -> None:
    declared(plan, found("f"))
    plan.change(1, sha256=ours)
    Shown(plan).item(view(0, **shown), "intake")
    assert (plan.file(1).stand, plan.file(1).sha256) == (stand, ours), "what others say of it never replaces our digest"


def test_an_upload_that_has_ended_is_not_sent_to(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.about_to_send(1, 1, b"digest")
    ended = view(0, upload={"id": "upload0", "state": "expired", "part_size": 8, "part_count": 1})
    Shown(plan).item(ended, "intake")
    [file] = plan.files(Stand.DECLARED)
    assert file.upload is None
    assert plan.parts(1) == {}


def test_another_upload_than_before_makes_the_parts_void(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.about_to_send(1, 1, b"digest")
    Shown(plan).item(view(0), "intake")
    assert plan.parts(1) == {1: b"digest"}, "the same upload"
    Shown(plan).item(view(0, upload={"id": "other", "state": "open", "part_size": 8, "part_count": 2}), "intake")
    assert plan.parts(1) == {}
    assert plan.file(1).upload == "other"


def test_items_that_others_declared_are_passed_over(plan: Plan) -> None:
    declared(plan, found("f"))
    Shown(plan).item(view(17), "intake")
    Shown(plan).item(view(0, evidence_id="another"), "another intake")
    assert plan.file(1).evidence == "item0"


def test_what_is_begun_and_interrupted_was_not_written(plan: Plan) -> None:
    def cut_off() -> None:
        with plan.writing():
            plan.see(found("f"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert plan.counts() == (0, 0)


def test_memory_does_not_grow_with_the_number_of_files(plan: Plan) -> None:
    def most(first: int, last: int) -> int:
        tracemalloc.start()
        with plan.writing():
            for number in range(first, last):
                plan.see(found(f"some folder/{number:08}"))
        assert sum(1 for _ in plan.files(Stand.NEW)) == last
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    few = most(0, 2_000)
    # 48,000 files held would be 40 MB; 8 MB is the table in which the interpreter keeps the names of all paths in use.
    assert most(2_000, 50_000) < few + 10_000_000
