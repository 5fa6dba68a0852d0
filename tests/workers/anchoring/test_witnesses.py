"""Witnesses are asked over HTTP: a real one in a process of its own, and those that nobody should trust."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.judgement import judge
from dems.ledger.note import Note, Signature
from dems.ledger.policy import Witness
from dems.ledger.signing import cosign
from dems.ledger.witness_request import MAX_ANSWER_BYTES, AddCheckpoint
from dems.ports.anchors import Answer, Heard
from tests.cli.tls_servers import Authority
from tests.ledger.naive import Tree
from tests.ledger.signers import COURT, LABORATORY, LOG, ORIGIN, OTHER_LOG, POLICY, PROSECUTOR, signed
from tests.ledger.trees import SIZE, TREE
from tests.workers.anchoring import odd_servers
from tests.workers.anchoring.tls import serving_over_tls
from tests.workers.anchoring.witness import RunningWitness
from workers.anchoring.posting import Posting
from workers.anchoring.witnesses import Witnesses

FORK = Tree([*TREE.leaves[:40], b"rewritten", *TREE.leaves[41:]])


def now() -> datetime:
    return datetime.now(UTC)


CLIENT = Witnesses(Posting(30.0, MAX_ANSWER_BYTES), now)


def offered(size: int, *, old: int = 0, tree: Tree = TREE) -> AddCheckpoint:
    proof = tuple(tree.consistency(old, size)) if old else ()
    return AddCheckpoint(old, proof, signed(Checkpoint(ORIGIN, size, tree.root(size))))


def ask(url: str | None, request: AddCheckpoint, client: Witnesses = CLIENT) -> Answer:
    """One witness, known under the court's key."""
    [answer] = client.cosign([(Witness("court", COURT.key, url), request)])
    assert answer.by == "court"
    return answer


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWitness]:
    running = RunningWitness(tmp_path_factory.mktemp("court"), COURT, LOG.key)
    yield running
    running.kill()


def test_a_witness_cosigns_each_checkpoint_that_goes_on_from_the_last(court: RunningWitness) -> None:
    for old, size in ((0, 8), (8, 8), (8, 100), (100, SIZE)):
        request = offered(size, old=old)
        answer = ask(court.url, request)
        assert answer.heard is Heard.GIVEN, answer
        assert answer.at is not None
        assert abs(answer.at - now()) < timedelta(seconds=30)
        line = Signature.from_line(answer.kept.decode().removesuffix("\n"))
        cosigned = Note.from_bytes(request.checkpoint).with_signatures(line).to_bytes()
        assert judge(cosigned, POLICY).cosigned == {"court": int(answer.at.timestamp())}

    # What it holds it keeps: it says its size to whoever does not know it, also after it was killed.
    for killed in (False, True):
        if killed:
            court.kill()
            court.start()
        answer = ask(court.url, offered(SIZE))
        assert (answer.heard, answer.size) == (Heard.BEHIND, SIZE)

    # A log that was rewritten or goes back is told so, whatever proof it brings.
    for request in (offered(SIZE, old=SIZE, tree=FORK), replace(offered(SIZE, old=SIZE), proof=(bytes(32),))):
        assert ask(court.url, request).heard is Heard.CONTRADICTED
    assert ask(court.url, offered(100)).size == SIZE

    # One that it does not know, or a signature that is not the log's, is refused with what to do.
    foreign = signed(Checkpoint(OTHER_LOG.name, 8, TREE.root(8)), log=OTHER_LOG)
    assert "does not know our log" in ask(court.url, AddCheckpoint(0, (), foreign)).words
    forged = signed(Checkpoint(ORIGIN, 8, TREE.root(8)), log=OTHER_LOG)
    assert "does not take our log's signature" in ask(court.url, AddCheckpoint(0, (), forged)).words
    assert ask(court.url.replace("witness", "elsewhere"), offered(8)).heard is Heard.REFUSED

    # It signs with its own key: known by another's, its answer says nothing.
    [answer] = CLIENT.cosign([(Witness("laboratory", LABORATORY.key, court.url), offered(SIZE, old=SIZE))])
    assert (answer.by, answer.heard, answer.kept) == ("laboratory", Heard.GARBAGE, b"")


def cosignature(at: datetime | None = None, request: AddCheckpoint | None = None) -> bytes:
    text = Note.from_bytes((request or offered(8)).checkpoint).text
    return cosign(text, COURT, int((at or now()).timestamp())).to_line().encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>It works!</html>", "dropped"),
        (b"\xff\x00" * 50, "UTF-8"),
        (b"", "signatures"),
        (
            cosign(offered(8).checkpoint.decode().partition("\n\n")[0] + "\n", PROSECUTOR, 0).to_line().encode(),
            "no known key",
        ),
        (cosignature(request=offered(9)), "does not fit"),
    ],
)
def test_an_answer_that_does_not_hold_is_dropped_and_told(body: bytes, words: str) -> None:
    with odd_servers.server(odd_servers.answers(200, body)) as url:
        answer = ask(url, offered(8))
    assert (answer.heard, answer.kept, answer.at) == (Heard.GARBAGE, b"", None)
    assert words in answer.words


@pytest.mark.parametrize("ago", [timedelta(hours=1), timedelta(hours=-1), timedelta(minutes=6)])
def test_a_cosignature_from_another_time_is_dropped(ago: timedelta) -> None:
    with odd_servers.server(odd_servers.answers(200, cosignature(now() - ago))) as url:
        answer = ask(url, offered(8))
    assert (answer.heard, answer.kept) == (Heard.GARBAGE, b"")
    assert "it says that it signed at" in answer.words


def test_a_time_that_no_calendar_has_is_dropped_too() -> None:
    line = cosign(Note.from_bytes(offered(8).checkpoint).text, COURT, 2**63 - 1).to_line().encode()
    with odd_servers.server(odd_servers.answers(200, line)) as url:
        assert "9223372036854775807 s after 1970" in ask(url, offered(8)).words


@pytest.mark.parametrize(
    ("status", "body", "media_type", "heard"),
    [
        (409, b"8\n", "text/x.tlog.size", Heard.BEHIND),
        (409, b"8\n", "Text/X.tlog.Size; charset=utf-8", Heard.BEHIND),
        (409, b"0\n", "text/x.tlog.size", Heard.CONTRADICTED),
        (409, b"8\n", "text/plain", Heard.GARBAGE),
        (409, b"eight\n", "text/x.tlog.size", Heard.GARBAGE),
        (409, b"08\n", "text/x.tlog.size", Heard.GARBAGE),
        (422, b"", "text/plain", Heard.CONTRADICTED),
        (400, b"", "text/plain", Heard.REFUSED),
        (401, b"", "text/plain", Heard.REFUSED),
        (201, cosignature(), "text/plain", Heard.REFUSED),
        (429, b"", "text/plain", Heard.UNREACHABLE),
        (503, b"", "text/plain", Heard.UNREACHABLE),
    ],
)
def test_each_status_means_what_the_specification_says(status: int, body: bytes, media_type: str, heard: Heard) -> None:
    with odd_servers.server(odd_servers.answers(status, body, media_type)) as url:
        answer = ask(url, offered(8))
    assert answer.heard is heard
    assert answer.size == (8 if heard is Heard.BEHIND else None)


def test_nobody_is_followed_elsewhere() -> None:
    asked: list[bytes] = []

    def elsewhere(connection: socket.socket, body: bytes) -> None:
        asked.append(body)
        odd_servers.answers(200, cosignature())(connection, body)

    with odd_servers.server(elsewhere) as other:
        location = f"Location: {other}/add-checkpoint\r\n"
        with odd_servers.server(odd_servers.answers(307, b"", more=location)) as url:
            assert ask(url, offered(8)).heard is Heard.REFUSED
    assert asked == []


def test_slow_endless_and_dead_witnesses_cost_a_bounded_time_and_do_not_hold_up_the_others(
    court: RunningWitness,
) -> None:
    endless = [odd_servers.drips_its_head, odd_servers.drips_its_body] * 4
    behaviours = (*endless, odd_servers.has_no_end, odd_servers.hangs_up)
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=0) as mute:
        addresses = [stack.enter_context(odd_servers.server(behave)) for behave in behaviours]
        addresses.append(f"http://127.0.0.1:{mute.getsockname()[1]}")
        with socket.create_server(("127.0.0.1", 0)) as closed:
            addresses.append(f"http://127.0.0.1:{closed.getsockname()[1]}")
        witnesses = [Witness(f"w{place}", LABORATORY.key, url) for place, url in enumerate(addresses)]
        requests = [(witness, offered(SIZE, old=SIZE)) for witness in witnesses]
        patient = Witnesses(Posting(3.0, MAX_ANSWER_BYTES), now)
        begun = time.monotonic()
        *odd, sound = patient.cosign([*requests, (Witness("court", COURT.key, court.url), offered(SIZE))])
        took = time.monotonic() - begun
    assert [answer.heard for answer in odd] == [Heard.UNREACHABLE] * len(addresses)
    assert f"more than {MAX_ANSWER_BYTES} bytes" in odd[len(endless)].words
    assert sound.heard in {Heard.BEHIND, Heard.GIVEN}
    assert took < 24, "nine of them are waited for three seconds each, which takes 27 one after another"


@pytest.mark.parametrize(
    "url", [None, "", "not an address", "ftp://127.0.0.1/", "http://[::1", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none_is_told_and_not_raised(url: str | None) -> None:
    assert ask(url, offered(8)).heard in {Heard.REFUSED, Heard.UNREACHABLE}


def test_the_certificate_of_a_witness_is_checked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trusting = Witnesses(Posting(30.0, MAX_ANSWER_BYTES, authority.file), now)
    good, expired = authority.context(ends_in=timedelta(days=1)), authority.context(ends_in=timedelta(days=-1))
    for context, client, heard in (
        (good, trusting, Heard.GIVEN),
        (good, CLIENT, Heard.UNREACHABLE),
        (expired, trusting, Heard.UNREACHABLE),
    ):
        with serving_over_tls(context, odd_servers.answers(200, cosignature())) as url:
            assert ask(url, offered(8), client).heard is heard
