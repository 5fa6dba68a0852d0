"""Witnesses and timestamp authorities hold the log: asked for real, kept for good, and never waited for."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from dems.bootstrap import Dems
from dems.bootstrap.anchors import Anchoring
from dems.errors import IntegrityBroken, LogBehind
from dems.layout import anchor_key
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.judgement import judge
from dems.ledger.note import Note
from dems.ledger.policy import Group, Log, Policy, Witness
from dems.ledger.signing import cosign, sign
from dems.ledger.witness_request import AddCheckpoint
from dems.ports import SignedCheckpoint
from dems.ports.anchors import Anchor, AnchorKind, Answer, Heard
from dems.settings import LedgerSettings, Stamps
from dems.steps.anchoring import held_checkpoint, keep
from dems.steps.log_policy import policy_of_log
from tests.ledger.signers import COURT, LABORATORY, PROSECUTOR
from tests.logbook import Logbook
from tests.workers.anchoring import odd_servers
from tests.workers.anchoring.authority import Authority
from tests.workers.anchoring.witness import RunningWitness
from workers.anchoring import asks
from workers.anchoring.timestamps import REPLY, TimestampAuthority, check_timestamp


def core(book: Logbook, ledger: LedgerSettings) -> Dems:
    settings = book.settings.model_copy(update={"ledger": ledger})
    return Dems(settings, nudge=lambda _: None, engine=book.app, asks=asks)


def policy_file(folder: Path, *witnesses: Witness, least: int = 1) -> Path:
    group = Group("enough", least, tuple(w.name for w in witnesses))
    path = folder / "witnesses"
    path.write_bytes(Policy.of([], witnesses, [group], "enough").to_bytes())
    return path


def anchors(book: Logbook, size: int, kind: AnchorKind) -> list[Anchor]:
    with book.transactions()() as tx:
        return tx.anchors.of(size, kind)


def heard(answers: list[Answer]) -> dict[str, Heard]:
    return {answer.by: answer.heard for answer in answers}


def test_witnesses_cosign_what_is_signed_and_one_that_is_dead_holds_up_nothing(book: Logbook, tmp_path: Path) -> None:
    court = RunningWitness(tmp_path / "court", COURT, book.key.key)
    prosecutor = RunningWitness(tmp_path / "prosecutor", PROSECUTOR, book.key.key)
    named = (
        Witness("court", COURT.key, court.url),
        Witness("prosecutor", PROSECUTOR.key, prosecutor.url),
        Witness("laboratory", LABORATORY.key, "http://127.0.0.1:9/"),
    )
    try:
        path = policy_file(tmp_path, *named, least=2)
        dems = core(book, LedgerSettings(witnesses=path, anchor_seconds=30))
        anchoring = Anchoring.of(dems, book.store)
        assert anchoring.cosign() == [], "nothing is signed yet"
        assert [(way.size, way.unheld_for) for way in dems.anchors.held()] == [(0, timedelta(0))]

        book.write(3)
        first = book.sign()
        [way] = dems.anchors.held()
        assert (way.size, way.unheld_for > timedelta(0)) == (0, True)
        behind = Dems(
            dems.settings, nudge=lambda _: None, engine=book.app, clock=lambda: datetime.now(UTC) - timedelta(days=1)
        )
        assert behind.anchors.held()[0].unheld_for > timedelta(hours=23), "the clocks differ, and it is told of"
        assert "waits for" in way.text
        answers = anchoring.cosign()
        assert heard(answers) == {"court": Heard.GIVEN, "prosecutor": Heard.GIVEN, "laboratory": Heard.UNREACHABLE}
        assert [(way.size, way.unheld_for) for way in dems.anchors.held()] == [(3, timedelta(0))]
        assert "all that is signed (3 entries, 0 min ago)" in dems.anchors.held()[0].text

        # Whoever reads the log gets what a policy of their own asks for, and the policy that we say is ours.
        acts = book.acts(
            dems.settings.model_copy(update={"ledger": dems.settings.ledger.model_copy(update={"public": True})})
        )
        published = acts.read.checkpoint(None)
        policy = Policy.from_bytes(acts.read.policy(None))
        assert policy.logs == (Log(book.key.key),)
        judgement = judge(published, policy)
        assert (judgement.checkpoint, judgement.has_quorum, set(judgement.cosigned)) == (
            first.checkpoint,
            True,
            {"court", "prosecutor"},
        )
        # It lies on write-once storage too, byte for byte.
        for anchor in anchors(book, 3, AnchorKind.COSIGNATURE):
            key = anchor_key(3, "cosignature", sha256(anchor.data).digest())
            info = book.store.head(key)
            assert (info.stored.size, info.lock.mode) == (len(anchor.data), "COMPLIANCE")

        # Only those that have not cosigned it are asked again, and the next checkpoint goes on from what each holds.
        assert heard(anchoring.cosign()) == {"laboratory": Heard.UNREACHABLE}
        book.write(2)
        book.sign()
        assert heard(anchoring.cosign())["court"] is Heard.GIVEN
        [way] = dems.anchors.held()
        assert way.size == 5

        # One that we believe to know less than it does says so, and is asked from there.
        book.behind_its_back("DELETE FROM custody_anchors")
        assert heard(anchoring.cosign())["court"] is Heard.GIVEN
        with book.transactions()() as tx:
            kept = tx.ledger.reports()["witnesses"]
        assert kept.held
        assert kept.figures["laboratory"] == "unreachable"

        # A database that was set back is caught by every witness, whoever signs it.
        book.behind_its_back("DELETE FROM custody_anchors", "DELETE FROM custody_signed WHERE size > 3")
        assert heard(anchoring.cosign())["court"] is Heard.CONTRADICTED
        with book.transactions()() as tx:
            assert not tx.ledger.reports()["witnesses"].held
    finally:
        court.kill()
        prosecutor.kill()


def test_a_witness_that_says_another_size_each_time_is_left(book: Logbook, tmp_path: Path) -> None:
    book.write(4)
    book.sign()
    sizes = [b"1\n", b"2\n", b"3\n", b"1\n"]
    asked: list[int] = []

    def behave(connection: socket.socket, body: bytes) -> None:
        asked.append(AddCheckpoint.from_bytes(body).old)
        odd_servers.answers(409, sizes[len(asked) - 1], "text/x.tlog.size")(connection, body)

    with odd_servers.server(behave) as url:
        path = policy_file(tmp_path, Witness("court", COURT.key, url))
        answers = Anchoring.of(core(book, LedgerSettings(witnesses=path)), book.store).cosign()
    assert asked == [0, 1, 2]
    assert heard(answers) == {"court": Heard.GARBAGE}
    assert anchors(book, 4, AnchorKind.COSIGNATURE) == []


def test_a_tree_that_lacks_what_a_proof_needs_is_told_and_nobody_is_asked(book: Logbook, tmp_path: Path) -> None:
    court = RunningWitness(tmp_path / "court", COURT, book.key.key)
    try:
        path = policy_file(tmp_path, Witness("court", COURT.key, court.url))
        anchoring = Anchoring.of(core(book, LedgerSettings(witnesses=path, anchor_seconds=30)), book.store)
        book.write(3)
        book.sign()
        assert heard(anchoring.cosign()) == {"court": Heard.GIVEN}
        book.write(5)
        book.sign()
        book.behind_its_back("DELETE FROM custody_leaves", "DELETE FROM custody_nodes")
        with pytest.raises(IntegrityBroken, match="dems ledger fsck"):
            anchoring.cosign()
    finally:
        court.kill()


def test_authorities_stamp_what_is_signed_and_each_once(book: Logbook, tmp_path: Path) -> None:
    good, late = Authority(tmp_path, "good"), Authority(tmp_path, "late")
    late.oddities.at = datetime.now(UTC) - timedelta(days=1)
    with (
        odd_servers.server(odd_servers.answers_with(good.respond, REPLY)) as good_url,
        odd_servers.server(odd_servers.answers_with(late.respond, REPLY)) as late_url,
    ):
        ledger = LedgerSettings(
            timestamp_authorities=(Stamps("good", good_url, good.roots), Stamps("late", late_url, late.roots)),
            anchor_seconds=30,
        )
        dems = core(book, ledger)
        anchoring = Anchoring.of(dems, book.store)
        assert anchoring.stamp() == [], "nothing is signed yet"
        book.write(2)
        kept = book.sign()
        assert heard(anchoring.stamp()) == {"good": Heard.GIVEN, "late": Heard.GARBAGE}
        [stamp] = dems.anchors.timestamps(2)
        assert (stamp.by, stamp.kind, good.serial) == ("good", AnchorKind.TIMESTAMP, 1)
        known = TimestampAuthority.of("good", good_url, good.roots)
        assert check_timestamp(stamp.data, kept.checkpoint.to_text().encode(), known) == stamp.at
        [way] = dems.anchors.held()
        assert (way.kind, way.size, way.unheld_for) == (AnchorKind.TIMESTAMP, 2, timedelta(0))

        # What has its timestamp is not stamped again, and what another writes down of it changes nothing.
        assert heard(anchoring.stamp()) == {"late": Heard.GARBAGE}
        with book.transactions()() as tx:
            tx.anchors.add(replace(stamp, data=b"another"))
        assert dems.anchors.timestamps(2) == [stamp]
        late.oddities.at = None
        assert heard(anchoring.stamp()) == {"late": Heard.GIVEN}
        assert anchoring.stamp() == []
        assert [a.by for a in dems.anchors.timestamps(2)] == ["good", "late"]


def test_what_was_cut_off_between_bytes_and_record_is_done_again(book: Logbook) -> None:
    """The bytes lie in the bucket and nothing says so: the same bytes are not written twice, and are then on record."""
    book.write(1)
    book.sign()
    anchor = Anchor(1, AnchorKind.TIMESTAMP, "good", b"a timestamp", datetime(2026, 3, 1, tzinfo=UTC))
    for _ in range(2):
        keep(book.transactions(), book.store, [anchor], datetime.now(UTC) + timedelta(days=1))
    assert anchors(book, 1, AnchorKind.TIMESTAMP) == [anchor]
    key = anchor_key(1, "timestamp", sha256(anchor.data).digest())
    assert len(list(book.store.versions(key))) == 1


def test_where_nobody_is_named_nobody_is_asked(book: Logbook) -> None:
    dems = core(book, LedgerSettings())
    anchoring = Anchoring.of(dems, book.store)
    with book.transactions()() as tx:
        assert held_checkpoint(tx, 0) is None
        with pytest.raises(LogBehind):
            policy_of_log(tx, lambda: Policy.of([]))
    book.write(1)
    book.sign()
    assert (anchoring.cosign(), anchoring.stamp(), dems.anchors.held()) == ([], [], [])
    with book.transactions()() as tx:
        signed = tx.ledger.latest_checkpoint()
        assert (held_checkpoint(tx, 1), held_checkpoint(tx, 2)) == (signed, None)
    assert signed is not None
    assert dems.anchors.cosigned(signed) == signed.note
    with pytest.raises(RuntimeError, match="given nothing that asks"):
        _ = Dems(book.settings, nudge=lambda _: None, engine=book.app).anchoring


def test_a_cosignature_of_a_witness_that_was_taken_off_the_list_holds_nothing(book: Logbook, tmp_path: Path) -> None:
    book.write(1)
    kept = book.sign()
    line = cosign(kept.checkpoint.to_text(), LABORATORY, 1_795_000_000).to_line().encode()
    at = datetime.fromtimestamp(1_795_000_000, UTC)
    with book.transactions()() as tx:
        tx.anchors.add(Anchor(1, AnchorKind.COSIGNATURE, LABORATORY.key.to_text(), line, at))
    dems = core(book, LedgerSettings(witnesses=policy_file(tmp_path, Witness("court", COURT.key))))
    assert [way.size for way in dems.anchors.held()] == [0]
    again = core(book, LedgerSettings(witnesses=policy_file(tmp_path, Witness("laboratory", LABORATORY.key))))
    assert [way.size for way in again.anchors.held()] == [1]


def test_a_log_that_was_rewritten_and_signed_anew_with_the_stolen_key_is_caught_by_a_witness(
    book: Logbook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever holds database, ledger bucket and key makes a history that fits in itself. The witness saw the other one."""
    court = RunningWitness(tmp_path / "court", COURT, book.key.key)
    try:
        path = policy_file(tmp_path, Witness("court", COURT.key, court.url))
        dems = core(book, LedgerSettings(witnesses=path, anchor_seconds=30))
        anchoring = Anchoring.of(dems, book.store)
        book.write(3)
        book.sign()
        assert heard(anchoring.cosign()) == {"court": Heard.GIVEN}

        log = ("anchors", "signed", "checkpoints", "nodes", "leaves", "queue", "details", "entries", "chains")
        book.behind_its_back(*(f"DELETE FROM custody_{table}" for table in log))  # noqa: S608 ours
        book.write(5)
        book.sequence()
        with book.transactions()() as tx:
            head = tx.ledger.head()
        assert head is not None
        text = Checkpoint(book.key.key.name, head.size, head.root).to_text()
        note = Note(text, (sign(text, book.key),)).to_bytes()
        with book.transactions(book.signer)() as tx:
            vkey = book.key.key.to_text()
            tx.ledger.add_signed(SignedCheckpoint(head.size, head.root, note, vkey, datetime.now(UTC)))

        assert heard(anchoring.cosign()) == {"court": Heard.CONTRADICTED}
        [told] = [record for record in caplog.records if record.message == "witness_contradicts_log"]
        assert told.levelname == "CRITICAL"
        assert dems.anchors.held()[0].size == 0
    finally:
        court.kill()
