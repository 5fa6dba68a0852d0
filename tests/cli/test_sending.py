"""What an upload does against a real server: nothing twice, and what was cut off is finished."""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from dems.cli.upload.memory import remembered
from dems.cli.upload.walk import Found, walk
from tests.cli.desk import PART, Desk, kinds, only_declared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "evidence"
    made.mkdir()
    (made / "f").write_text("what it says")
    return made


def evidence(desk: Desk, item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = desk.http.get(f"/v1/evidence/{item['id']}").json()
    return found


# --- all sizes, both ways ---


@pytest.mark.parametrize("transport", ["direct", "relay"])
def test_files_of_all_sizes_are_sealed_as_they_are(desk: Desk, folder: Path, transport: str) -> None:
    sizes = {
        "empty": 0,
        "one": 1,
        "exactly one part": PART,
        "two parts": PART + 1,
        "three": 2 * PART + 77,
        "deep/er": 9,
    }
    (folder / "f").unlink()
    for name, size in sizes.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(os.urandom(size))
    events = desk.upload(folder, "--exhibit-prefix", "ABC", "--source", "A disc", "--transport", transport)
    assert kinds(events) == {"declared": 6, "sent": 6, "sealed": 6}
    assert desk.err == ""
    items = {i["name"]: i for i in desk.items()}
    assert sorted(items) == sorted(sizes)
    for name, item in items.items():
        sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert (item["state"], item["digests"]["sha256"], item["declared_sha256"]) == ("sealed", sha256, sha256)
        assert item["source"] == "A disc"
    assert sorted(i["exhibit_ref"] for i in items.values()) == [f"ABC/{n}" for n in range(1, 7)]
    assert kinds(desk.upload(folder, "--exhibit-prefix", "ABC")) == {"already": 6}
    assert len(desk.items()) == 6


def test_what_is_told_of_a_file_says_which_item_it_is(desk: Desk, folder: Path) -> None:
    events = desk.upload(folder)
    assert [e["event"] for e in events] == ["declared", "sent", "sealed"]
    [item] = desk.items()
    for event in events:
        assert (event["evidence_id"], event["path"], event["size"]) == (item["id"], str(folder / "f"), 12)
        assert event["exhibit_ref"] == item["exhibit_ref"]
    assert events[-1]["sha256"] == hashlib.sha256(b"what it says").hexdigest()
    assert desk.upload(folder)[0]["sha256"] == events[-1]["sha256"]


# --- nothing twice ---


def test_a_file_whose_time_has_changed_is_not_taken_in_again(desk: Desk, folder: Path) -> None:
    desk.upload(folder)
    os.utime(folder / "f", (1, 1))
    assert kinds(desk.upload(folder)) == {"already": 1}
    assert len(desk.items()) == 1


@pytest.mark.parametrize("name", [b"plain", "fu\u0308r".encode(), b"\xff\xfe.bin"])
def test_without_its_memory_nothing_is_doubled_whatever_its_name(desk: Desk, folder: Path, name: bytes) -> None:
    (folder / os.fsdecode(name)).write_text("content")
    desk.upload(folder)
    desk.forget()
    assert kinds(desk.upload(folder)) == {"already": 2}
    names = {i["name_base64"] or base64.b64encode(i["name"].encode()).decode() for i in desk.items()}
    assert names == {base64.b64encode(n).decode() for n in (b"f", name)}


def test_another_name_or_another_content_is_another_item(desk: Desk, folder: Path) -> None:
    desk.upload(folder)
    desk.forget()
    (folder / "f").rename(folder / "g")
    desk.upload(folder)
    (folder / "g").write_text("what it SAYS")
    desk.upload(folder)
    assert [i["name"] for i in desk.items()] == ["f", "g", "g"]


def test_two_files_alike_are_two_items_however_often_they_are_sent(desk: Desk, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "f").write_text("what it says")
    for _ in range(3):
        desk.forget()
        desk.upload(folder / "f", tmp_path / "other" / "f")
    assert len(desk.items()) == 2


def test_again_takes_in_a_further_item_once(desk: Desk, folder: Path) -> None:
    desk.upload(folder)
    desk.forget()
    assert kinds(desk.upload(folder)) == {"already": 1}, "found there, and remembered"
    assert kinds(desk.upload(folder, "--again")) == {"declared": 1, "sent": 1, "sealed": 1}
    assert kinds(desk.upload(folder, "--again")) == {"already": 1}, "the same command again continues"
    assert len(desk.items()) == 2


def test_what_is_being_read_back_is_waited_for(desk: Desk, folder: Path) -> None:
    desk.working.resting.set()
    process = desk.begin(folder)
    assert process.stdout is not None
    assert [process.stdout.readline().split('"')[3] for _ in range(2)] == ["declared", "sent"]
    process.kill()
    process.communicate()
    desk.working.resting.clear()
    assert [e["event"] for e in desk.upload(folder)][-1] in {"sealed", "already"}
    assert [i["state"] for i in desk.items()] == ["sealed"]


def test_what_somebody_has_begun_is_left_to_a_person(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    desk.forget()
    [told] = desk.upload(folder, code=1)
    [item] = desk.items()
    assert told["event"] == "failed"
    assert f"dems evidence show {item['id']}" in told["detail"]
    assert "--again" in told["detail"]
    assert kinds(desk.upload(folder, "--again")) == {"declared": 1, "sent": 1, "sealed": 1}


def test_an_intake_that_is_gone_from_the_server_is_compared_anew(desk: Desk, folder: Path) -> None:
    """As after a backup was restored that is older than the intake."""
    desk.upload(folder)
    with remembered(desk.case_id) as db:
        db.execute("UPDATE batches SET intake = '019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11', token = NULL")
        db.execute("UPDATE files SET intake = '019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11'")
    assert kinds(desk.upload(folder)) == {"already": 1}
    assert "does not know an intake" in desk.err
    assert len(desk.items()) == 1


# --- going on ---


def test_what_was_declared_is_sent_in_a_later_run(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    assert kinds(desk.upload(folder)) == {"sent": 1, "sealed": 1}
    assert len(desk.items()) == 1


def test_an_answer_to_a_manifest_that_was_lost_is_asked_for(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    with remembered(desk.case_id) as db:  # as the plan is before the answer
        db.execute("UPDATE batches SET intake = NULL, token = NULL")
        db.execute("UPDATE files SET stand = 'declaring', intake = NULL, evidence = NULL, upload = NULL")
    assert kinds(desk.upload(folder)) == {"declared": 1, "sent": 1, "sealed": 1}
    assert len(desk.items()) == 1


def test_an_intake_whose_token_is_lost_goes_on_with_ones_own(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    with remembered(desk.case_id) as db:
        db.execute("UPDATE batches SET token = 'dems_in_ended'")
    assert kinds(desk.upload(folder)) == {"sent": 1, "sealed": 1}


def test_a_token_is_not_kept_longer_than_it_is_needed(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    with remembered(desk.case_id) as db:
        assert db.execute("SELECT token FROM batches").fetchone()[0].startswith("dems_in_")
    desk.upload(folder)
    with remembered(desk.case_id) as db:
        assert [r[0] for r in db.execute("SELECT token FROM batches")] == [None]


def test_a_file_that_has_another_size_by_now_is_an_item_of_its_own(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    (folder / "f").write_text("what it says, and more")
    assert kinds(desk.upload(folder)) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert [(i["size"], i["state"]) for i in desk.items()] == [(12, "declared"), (22, "sealed")]


def test_an_upload_that_was_abandoned_is_made_good(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    [item] = desk.items()
    assert desk.http.delete(f"/v1/uploads/{evidence(desk, item)['upload']['id']}").status_code == 204
    assert kinds(desk.upload(folder)) == {"sent": 1, "sealed": 1}
    assert [i["state"] for i in desk.items()] == ["sealed"]


def test_bytes_that_came_by_another_way_are_not_sent_again(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    [item] = desk.items()
    upload = evidence(desk, item)["upload"]["id"]
    assert desk.http.put(f"/v1/uploads/{upload}/content", content=b"what it says").status_code == 200
    assert set(kinds(desk.upload(folder))) <= {"already", "sealed"}
    assert [i["state"] for i in desk.items()] == ["sealed"]


def test_a_file_found_different_is_told_and_then_sent_anew(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    [item] = desk.items()
    upload = evidence(desk, item)["upload"]["id"]
    desk.working.resting.set()
    # Somebody sends other bytes, and declares that they are this file's.
    desk.http.put(f"/v1/uploads/{upload}/content", content=b"what IT says").raise_for_status()
    ours = hashlib.sha256(b"what it says").hexdigest()
    desk.http.post(f"/v1/uploads/{upload}/complete", json={"sha256": ours}).raise_for_status()
    process = desk.begin(folder)
    assert process.stdout is not None
    assert '"already"' in process.stdout.readline()
    desk.working.resting.clear()
    out, err = process.communicate(timeout=120)
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["mismatch"]
    assert (process.returncode, err) == (1, "1 file was not sealed.\n")
    assert kinds(desk.upload(folder)) == {"sent": 1, "sealed": 1}
    [item] = desk.items()
    assert item["digests"]["sha256"] == ours


@pytest.mark.parametrize("transport", ["direct", "relay"])
def test_parts_that_are_there_are_not_sent_again(desk: Desk, folder: Path, transport: str) -> None:
    (folder / "f").write_bytes(os.urandom(5 * PART + 5))
    desk.killed_after(3, folder, "--transport", transport)
    [item] = desk.items()
    before = desk.http.get(f"/v1/uploads/{evidence(desk, item)['upload']['id']}").json()
    assert before["received"] == [1, 2, 3]
    assert kinds(desk.upload(folder, "--transport", transport)) == {"sent": 1, "sealed": 1}
    [item] = desk.items()
    assert item["digests"]["sha256"] == hashlib.sha256((folder / "f").read_bytes()).hexdigest()
    assert evidence(desk, item)["upload"]["id"] == before["id"], "the same upload went on"


def test_a_large_file_of_which_other_parts_were_sent_is_an_item_of_its_own(desk: Desk, folder: Path) -> None:
    """Another disc of which the system says all that it said of the first, as happens with FAT and a clock never set."""
    path = folder / "f"
    path.write_bytes(os.urandom(5 * PART + 5))
    desk.killed_after(3, folder)
    with path.open("r+b") as file:
        file.write(b"another beginning")
    taken_for_the_one_before(desk, path)
    assert kinds(desk.upload(folder)) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    before, item = desk.items()
    assert item["digests"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert evidence(desk, before)["upload"]["state"] == "abandoned"


def test_a_small_file_of_which_another_digest_was_announced_is_an_item_of_its_own(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    [item] = desk.items()
    parts = [{"number": 1, "sha256": hashlib.sha256(b"what it SAID").hexdigest()}]
    path = f"/v1/uploads/{evidence(desk, item)['upload']['id']}/part-urls"
    desk.http.post(path, json={"parts": parts}).raise_for_status()
    assert kinds(desk.upload(folder)) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert [i["state"] for i in desk.items()] == ["declared", "sealed"]


def taken_for_the_one_before(desk: Desk, path: Path) -> None:
    [found] = walk([path])
    assert isinstance(found, Found)
    with remembered(desk.case_id) as db:
        db.execute("UPDATE files SET mtime_ns = ?, identity = ?", (found.mtime_ns, found.identity))
