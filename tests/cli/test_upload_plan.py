"""The plan: what is declared together, under which key, and what goes on as the same item."""

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dems.cli.upload.batches import KNOWN_FOR, Batches, Shown, stand_of
from dems.cli.upload.memory import remembered
from dems.cli.upload.plan import Plan, Stand
from dems.cli.upload.walk import Found


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    with remembered("case") as db:
        yield Plan(db)


def found(name: str, size: int = 3, mtime_ns: int = 7) -> Found:
    return Found(Path("/folder") / name, name.encode(), size, mtime_ns)


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
        "upload": upload,
        **more,
    }


def declared(plan: Plan, *files: Found) -> Plan:
    """A plan in which these files are items of an intake."""
    for file in files:
        plan.see(file)
    batches = Batches(plan)
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
    batches = Batches(plan)
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
    batch = Batches(plan).form({}, 10_000)
    assert batch is not None
    assert 1000 < len(batch.body["items"]) < 9000
    assert len(json.dumps(batch.body)) < 17 * 1024 * 1024


def test_a_manifest_that_was_not_answered_is_asked_for_again_word_for_word(plan: Plan) -> None:
    plan.see(Found(Path("/folder/x"), b"\xff", 3, 7), '{"source":"A disc"}')
    said = Batches(plan).form({"exhibit_prefix": "AK"}, 10)
    later = next_run(plan)
    later.see(Found(Path("/folder/x"), b"\xff", 4, 8), '{"source":"Another disc"}')
    assert Batches(later).unanswered() == [said]
    assert said is not None
    assert said.body["items"] == [{"source": "A disc", "file": {"name_base64": "/w==", "size": 3}}]


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
    Batches(plan).form({}, 10)
    later = next_run(plan)
    later.see(found("g"))
    assert Batches(later).unanswered() == []
    assert names(later, Stand.NEW, Stand.DECLARING) == [b"g"]


def test_a_manifest_that_was_refused_leaves_new_files(plan: Plan) -> None:
    plan.see(found("f"))
    batches = Batches(plan)
    batch = batches.form({}, 10)
    assert batch is not None
    batches.dissolve(batch.id)
    assert names(plan, Stand.NEW) == [b"f"]
    again = batches.form({}, 10)
    assert again is not None
    assert again.key != batch.key


def test_a_token_is_kept_until_all_of_its_intake_is_sealed(plan: Plan) -> None:
    declared(plan, found("f"), found("g"))
    batches = Batches(plan)
    plan.change(1, stand=Stand.SEALED)
    batches.done_with_what_is_sealed()
    assert batches.tokens() == {"intake": "token"}
    plan.change(2, stand=Stand.SEALED)
    batches.done_with_what_is_sealed()
    assert batches.tokens() == {}


def test_an_intake_that_the_server_does_not_know_is_forgotten(plan: Plan) -> None:
    declared(plan, found("f"))
    Batches(plan).forget("intake")
    [file] = plan.files(Stand.NEW)
    assert (file.evidence, file.upload, file.intake) == (None, None, None)
    assert Batches(plan).tokens() == {}


# --- the same file, another file ---


def test_a_file_is_known_by_path_size_and_time(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.sent(1, b"digest")
    later = next_run(plan)
    later.see(found("f"))
    later.see(found("g"))
    assert names(later, Stand.SENT) == [b"f"]
    assert names(later, Stand.NEW) == [b"g"]


@pytest.mark.parametrize("other", [found("f", size=4), found("f", mtime_ns=8)])
def test_a_file_that_changed_after_it_was_sent_is_another_file(plan: Plan, other: Found) -> None:
    declared(plan, found("f"))
    plan.sent(1, b"digest")
    later = next_run(plan)
    later.see(other)
    [file] = later.files(Stand.NEW, Stand.SENT, Stand.DECLARED)
    assert (file.stand, file.evidence) == (Stand.NEW, None)


def test_a_file_that_changed_before_it_was_sent_goes_on_as_the_same_item(plan: Plan) -> None:
    declared(plan, found("f"))
    later = next_run(plan)
    later.see(found("f", size=9, mtime_ns=8))
    [file] = later.files(Stand.DECLARED)
    assert (file.evidence, file.mark.size, file.declared_size) == ("item0", 9, 3)


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
