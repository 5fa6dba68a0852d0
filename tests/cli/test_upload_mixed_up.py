"""Discs that look alike, links that are shared, names that come twice: what is said of a file is true of its own bytes."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dems.cli.client import Client, connect
from dems.cli.upload.asking import Asking
from dems.cli.upload.batches import Batches
from dems.cli.upload.memory import remembered
from dems.cli.upload.patience import Patience
from dems.cli.upload.plan import Plan
from dems.cli.upload.walk import Found, walk
from tests.cli.desk import PART, Desk, kinds, of, only_declared
from tests.cli.test_sending import evidence
from tests.cli.test_upload_invited import invited, upload

A_LONG_TIME_AGO = (315532800, 315532800)
"""What the clock of a recorder says that was never set."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def disc(folder: Path, content: bytes, name: str = "ch01_0001.dat") -> Path:
    """A disc with one recording, mounted there in the place of whichever was there."""
    folder.mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_bytes(content)
    os.utime(folder / name, A_LONG_TIME_AGO)
    return folder


def by_link(desk: Desk, made: dict[str, Any]) -> Client:
    return Client(str(desk.http.base_url).rstrip("/"), made["invitation_token"])


def sealed(desk: Desk) -> list[str]:
    """The SHA-256 of each sealed item, in the order in which they were declared."""
    return [i["digests"]["sha256"] for i in desk.items() if i["state"] == "sealed"]


# --- by an invitation ---


@pytest.mark.parametrize("machines", [1, 2])
def test_two_discs_alike_but_for_their_bytes_are_two_items(desk: Desk, tmp_path: Path, machines: int) -> None:
    one, two = os.urandom(50_000), os.urandom(50_000)
    disc(tmp_path / "disc 1", one)
    disc(tmp_path / "disc 2", two)
    made = invited(desk)
    with by_link(desk, made) as client:
        only_declared(desk, tmp_path / "disc 1", by=client, where=made["intake_id"])
    first = os.environ["DEMS_STATE_DIR"]
    if machines == 2:
        desk.forget()
    told = upload(desk, tmp_path / "disc 2")
    assert of(told, "sealed")[0]["sha256"] == sha256(two)
    desk.monkeypatch.setenv("DEMS_STATE_DIR", first)
    told = upload(desk, tmp_path / "disc 1")
    assert of(told, "sealed")[0]["sha256"] == sha256(one)
    assert sealed(desk) == [sha256(one), sha256(two)]


def test_what_somebody_else_sent_for_an_item_of_ours_is_told_and_ours_is_sent_anew(desk: Desk, tmp_path: Path) -> None:
    ours, theirs = os.urandom(5000), os.urandom(5000)
    disc(tmp_path / "disc", ours)
    made = invited(desk)
    with by_link(desk, made) as client:
        only_declared(desk, tmp_path / "disc", by=client, where=made["intake_id"])
    [item] = desk.items()
    to = evidence(desk, item)["upload"]["id"]
    desk.http.put(f"/v1/uploads/{to}/content", content=theirs).raise_for_status()
    told = upload(desk, tmp_path / "disc", code=1)
    assert kinds(told) == {"mismatch": 1, "declared": 1, "sent": 1, "sealed": 1}
    [mismatch] = of(told, "mismatch")
    assert mismatch["evidence_id"] == item["id"]
    assert "other bytes than this file" in mismatch["detail"]
    [own] = of(told, "sealed")
    assert (own["sha256"], own["evidence_id"] == item["id"]) == (sha256(ours), False)
    assert sealed(desk) == [sha256(theirs), sha256(ours)]
    assert kinds(upload(desk, tmp_path / "disc")) == {"already": 1}


def test_what_comes_while_ours_is_on_its_way_is_not_taken_for_ours(desk: Desk, tmp_path: Path) -> None:
    """The upload is filled by somebody else after this run has seen that it is open."""
    ours, theirs = os.urandom(5000), os.urandom(5000)
    folder = disc(tmp_path / "disc", ours)
    only_declared(desk, folder)
    [item] = desk.items()
    to = evidence(desk, item)["upload"]["id"]
    told: list[str] = []

    def meanwhile(self: Asking, *arguments: Any, **more: Any) -> Any:
        if not told:
            told.append("once")
            desk.http.put(f"/v1/uploads/{to}/content", content=theirs).raise_for_status()
        return tickets(self, *arguments, **more)

    tickets = Asking.tickets
    desk.monkeypatch.setattr(Asking, "tickets", meanwhile)
    events = desk.upload(folder, code=1)
    assert kinds(events) == {"mismatch": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert of(events, "sealed")[0]["sha256"] == sha256(ours)
    assert sealed(desk) == [sha256(theirs), sha256(ours)]


def test_an_invitations_answer_that_was_lost_uses_nothing_up_even_where_others_add_alike(
    desk: Desk, tmp_path: Path
) -> None:
    content = os.urandom(3000)
    folder = disc(tmp_path / "disc", content)
    made = invited(desk)
    with by_link(desk, made) as client, remembered(made["intake_id"]) as db:
        plan = Plan(db)
        for found in walk([folder]):
            assert isinstance(found, Found)
            plan.see(found)
        batch = Batches(plan, Asking(client, Patience(print), {}).time).form({}, 10)
        assert batch is not None
        path = f"/v1/intakes/{made['intake_id']}/items"
        client.post(path, batch.body, key="another-machine")
        client.post(path, batch.body, key=batch.key)  # the answer does not get here
    assert kinds(upload(desk, folder)) == {"declared": 1, "sent": 1, "sealed": 1}
    assert [i["state"] for i in desk.items()] == ["declared", "sealed"]


# --- in a case ---


def test_another_disc_at_the_same_place_is_not_what_was_sealed_before(desk: Desk, tmp_path: Path) -> None:
    one, two = os.urandom(50_000), os.urandom(50_000)
    desk.upload(disc(tmp_path / "mnt", one))
    told = desk.upload(disc(tmp_path / "mnt", two))
    assert kinds(told) == {"declared": 1, "sent": 1, "sealed": 1}
    told = desk.upload(disc(tmp_path / "mnt", one))
    assert kinds(told) == {"already": 1}
    assert told[0]["sha256"] == sha256(one)
    assert sealed(desk) == [sha256(one), sha256(two)]


def test_a_disc_that_was_taken_out_and_put_back_is_read_and_known(desk: Desk, tmp_path: Path) -> None:
    content = os.urandom(50_000)
    desk.upload(disc(tmp_path / "mnt", content))
    for arguments in ([], ["--again"]):
        told = desk.upload(disc(tmp_path / "mnt", content), *arguments)
        assert [(e["event"], e["sha256"]) for e in told] == [("already", sha256(content))]
    assert len(desk.items()) == 1


def test_what_an_older_program_remembers_is_read_again(desk: Desk, tmp_path: Path) -> None:
    one, two = os.urandom(5000), os.urandom(5000)
    desk.upload(disc(tmp_path / "mnt", one))
    with remembered(desk.case_id) as db:
        db.execute("UPDATE files SET identity = NULL")
    assert kinds(desk.upload(tmp_path / "mnt")) == {"already": 1}
    disc(tmp_path / "mnt", two)
    with remembered(desk.case_id) as db:
        db.execute("UPDATE files SET identity = NULL")
    assert kinds(desk.upload(tmp_path / "mnt")) == {"declared": 1, "sent": 1, "sealed": 1}
    assert sealed(desk) == [sha256(one), sha256(two)]


@pytest.mark.parametrize("size", [5000, 7000])
def test_another_disc_does_not_go_on_with_the_item_of_the_first(desk: Desk, tmp_path: Path, size: int) -> None:
    one, two = os.urandom(5000), os.urandom(size)
    only_declared(desk, disc(tmp_path / "mnt", one), source="Disc 1")
    [first] = desk.items()
    disc(tmp_path / "mnt", two)
    told = desk.upload(tmp_path / "mnt", "--source", "Disc 2", "--exhibit-prefix", "CS")
    assert kinds(told) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    [left] = of(told, "abandoned")
    assert left["evidence_id"] == first["id"]
    assert f"dems evidence show {first['id']}" in left["detail"]
    before, after = desk.items()
    assert (before["id"], before["state"]) == (first["id"], "declared")
    assert evidence(desk, first)["upload"]["state"] == "abandoned"
    assert (after["exhibit_ref"], after["source"], after["digests"]["sha256"]) == ("CS/1", "Disc 2", sha256(two))
    assert kinds(desk.upload(tmp_path / "mnt", "--source", "Disc 2", "--exhibit-prefix", "CS")) == {"already": 1}


def test_what_is_said_otherwise_now_is_declared_anew_and_not_dropped(desk: Desk, tmp_path: Path) -> None:
    folder = disc(tmp_path / "mnt", b"what it says")
    only_declared(desk, folder, source="A disc")
    [first] = desk.items()
    told = desk.upload(folder, "--source", "Another disc", "--exhibit-prefix", "AK")
    assert kinds(told) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert [(i["source"], i["state"]) for i in desk.items()] == [("A disc", "declared"), ("Another disc", "sealed")]
    assert desk.items()[0]["id"] == first["id"]


def test_a_large_file_goes_on_where_its_parts_agree_though_it_was_copied(desk: Desk, tmp_path: Path) -> None:
    content = os.urandom(5 * PART + 5)
    folder = disc(tmp_path / "mnt", content)
    desk.killed_after(3, folder)
    disc(folder, content)
    assert kinds(desk.upload(folder)) == {"sent": 1, "sealed": 1}
    assert sealed(desk) == [sha256(content)]


def test_a_large_file_whose_parts_do_not_agree_is_an_item_of_its_own(desk: Desk, tmp_path: Path) -> None:
    content = os.urandom(5 * PART + 5)
    folder = disc(tmp_path / "mnt", content)
    desk.killed_after(3, folder)
    other = b"another disc" + content[12:]
    disc(folder, other)
    assert kinds(desk.upload(folder)) == {"abandoned": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert sealed(desk) == [sha256(other)]
    assert len(desk.items()) == 2


def test_two_folders_with_files_alike_keep_an_item_each(desk: Desk, tmp_path: Path) -> None:
    disc(tmp_path / "one", b"what it says")
    disc(tmp_path / "two", b"what it says")
    desk.upload(tmp_path / "one")
    assert kinds(desk.upload(tmp_path / "two")) == {"already": 1}, "it was taken in, from elsewhere"
    assert kinds(desk.upload(tmp_path / "one", tmp_path / "two")) == {
        "already": 1,
        "declared": 1,
        "sent": 1,
        "sealed": 1,
    }
    with remembered(desk.case_id) as db:
        assert db.execute("SELECT count(*), count(DISTINCT evidence) FROM files").fetchone()[:] == (2, 2)


def test_a_machine_whose_clock_stands_still_declares_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    folder = disc(tmp_path / "mnt", os.urandom(3000))
    with connect() as client, remembered(desk.case_id) as db:
        plan, asking = Plan(db), Asking(client, Patience(print), {})
        for found in walk([folder]):
            assert isinstance(found, Found)
            plan.see(found)
        by_the_server = asking.time()
        batch = Batches(plan, lambda: by_the_server - 25 * 3600).form({"exhibit_prefix": "AK"}, 10)
        assert batch is not None
        # What the server has forgotten by now, as it does after a day.
        client.post(f"/v1/cases/{desk.case_id}/intakes", batch.body, key="forgotten")
    stands_still = SimpleNamespace(time=lambda: by_the_server - 25 * 3600, monotonic=lambda: 0.0)
    desk.monkeypatch.setattr("dems.cli.upload.asking.time", stands_still)
    [told] = desk.upload(folder, code=1)
    assert "seems to have it" in told["detail"]
    assert len(desk.items()) == 1
