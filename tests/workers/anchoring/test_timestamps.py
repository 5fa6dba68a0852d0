"""RFC 3161 timestamps, from a real authority of the tests and from those that give something else."""

import random
import shutil
import socket
import subprocess
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from dems.ports.anchors import Answer, Heard
from tests.workers.anchoring import odd_servers
from tests.workers.anchoring.authority import DAY, POLICY, SHA512, Authority, Oddities, now
from tests.workers.anchoring.odd_servers import Behave
from workers.anchoring.posting import Posting
from workers.anchoring.timestamps import (
    MAX_ANSWER_BYTES,
    REPLY,
    Authorities,
    TimestampAuthority,
    TimestampInvalid,
    check_timestamp,
)

TEXT = b"dems.example/log\n3\nxdSz6BXbm5wXLJnnsBXGU1sfUqnqU3ACl22qSzZccuY=\n"
POSTING, BRIEF = Posting(30.0, MAX_ANSWER_BYTES), Posting(1.0, MAX_ANSWER_BYTES)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def ask(behave: Behave, authority: Authority, *, policy: str | None = POLICY, posting: Posting = POSTING) -> Answer:
    """Ask whoever answers at this address, trusting only the roots of this authority."""
    with odd_servers.server(behave) as url:
        asked = TimestampAuthority.of("home", url, authority.roots, policy)
        [answer] = Authorities(posting, now, [asked]).stamp(TEXT, {"home"})
    assert answer.by == "home"
    return answer


def serving(authority: Authority) -> Behave:
    return odd_servers.answers_with(authority.respond, REPLY)


def test_a_timestamp_is_asked_for_checked_and_kept(authority: Authority) -> None:
    answer = ask(serving(authority), authority)
    assert answer.heard is Heard.GIVEN, answer
    assert answer.at is not None
    assert abs(answer.at - now()) < timedelta(seconds=60)

    # What is kept is checked again later, without us: by its bytes, those of the checkpoint and the roots.
    known = TimestampAuthority.of("home", "", authority.roots, POLICY)
    assert check_timestamp(answer.kept, TEXT, known) == answer.at
    with pytest.raises(TimestampInvalid, match="other bytes"):
        check_timestamp(answer.kept, TEXT + b"\n", known)
    with pytest.raises(TimestampInvalid, match="does not verify"):
        check_timestamp(answer.kept, TEXT, replace(known, policy="1.2.3"))


def test_other_people_s_program_accepts_what_is_kept(authority: Authority, tmp_path: Path) -> None:
    answer = ask(serving(authority), authority)
    text, kept = tmp_path / "text", tmp_path / "kept.tsr"
    text.write_bytes(TEXT)
    kept.write_bytes(answer.kept)
    openssl = shutil.which("openssl")
    if openssl is not None:
        command = [openssl, "ts", "-verify", "-data", str(text), "-in", str(kept), "-CAfile", str(authority.roots)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 found above
        assert "Verification: OK" in done.stdout, done.stderr
    assert TimestampAuthority.of("home", "", authority.roots).policy is None


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (Oddities(nonce=12345), "Nonce mismatch"),
        (Oddities(imprint=bytes(32)), "other bytes"),
        (Oddities(algorithm=SHA512), "other bytes"),
        (Oddities(algorithm=SHA512, imprint=bytes(64)), "other bytes"),
        (Oddities(damaged=True), "does not verify"),
        (Oddities(without_certificates=True), "does not verify"),
        (Oddities(at=now() - timedelta(hours=2)), "and here it is"),
        (Oddities(at=now() + timedelta(hours=2)), "and here it is"),
    ],
)
def test_a_timestamp_of_something_else_is_dropped(authority: Authority, odd: Oddities, words: str) -> None:
    authority.oddities = odd
    answer = ask(serving(authority), authority)
    assert (answer.heard, answer.kept, answer.at) == (Heard.GARBAGE, b"", None)
    assert words in answer.words


def test_the_timestamp_of_another_authority_is_dropped(authority: Authority, tmp_path: Path) -> None:
    for other in (
        Authority(tmp_path, "elsewhere"),
        Authority(tmp_path, "expired", ends=-DAY),
        Authority(tmp_path, "for servers", purpose=ExtendedKeyUsageOID.SERVER_AUTH),
    ):
        trusted = authority if other.name == "elsewhere" else other
        answer = ask(serving(other), trusted)
        assert (answer.heard, answer.kept) == (Heard.GARBAGE, b""), other.name
    # Who only bears the same names is somebody else.
    (tmp_path / "impostor").mkdir()
    assert ask(serving(Authority(tmp_path / "impostor")), authority).heard is Heard.GARBAGE


def test_another_policy_than_the_agreed_one_is_dropped(authority: Authority) -> None:
    assert "Policy" in ask(serving(authority), authority, policy="1.2.3.4").words
    assert ask(serving(authority), authority, policy=None).heard is Heard.GIVEN


def test_a_refusal_is_told_in_the_words_of_the_authority(authority: Authority) -> None:
    authority.oddities.status = 2
    answer = ask(serving(authority), authority)
    assert (answer.heard, answer.words) == (Heard.REFUSED, "it refused with status 2: 'ask again\\nlater'")
    authority.oddities.status = 99
    assert ask(serving(authority), authority).heard is Heard.REFUSED


@pytest.mark.parametrize(
    ("behave", "heard"),
    [
        (odd_servers.answers(200, b"", REPLY), Heard.GARBAGE),
        (odd_servers.answers(200, b"\x30\x80" * 50, REPLY), Heard.GARBAGE),
        (odd_servers.answers(200, b64decode("MAMCAQA="), REPLY), Heard.GARBAGE),
        (odd_servers.answers(200, b64decode("MAUwAwIBAA=="), REPLY), Heard.GARBAGE),
        (odd_servers.answers(200, b"<html>", "text/html"), Heard.GARBAGE),
        (odd_servers.answers(500, b"", REPLY), Heard.UNREACHABLE),
        (odd_servers.has_no_end, Heard.UNREACHABLE),
        (odd_servers.hangs_up, Heard.UNREACHABLE),
    ],
)
def test_whatever_else_comes_is_dropped(authority: Authority, behave: Behave, heard: Heard) -> None:
    answer = ask(behave, authority)
    assert (answer.heard, answer.kept) == (heard, b"")


def test_one_that_comes_to_no_end_is_given_up(authority: Authority) -> None:
    answer = ask(odd_servers.drips_its_head, authority, posting=BRIEF)
    assert (answer.heard, answer.kept) == (Heard.UNREACHABLE, b"")
    assert "within 1 s" in answer.words


def test_a_dead_authority_does_not_keep_the_others_from_answering(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = TimestampAuthority.of("dead", f"http://127.0.0.1:{closed.getsockname()[1]}", authority.roots)
    with odd_servers.server(serving(authority)) as url:
        alive = TimestampAuthority.of("alive", url, authority.roots)
        answers = Authorities(POSTING, now, [dead, alive]).stamp(TEXT, {"dead", "alive"})
        [chosen] = Authorities(POSTING, now, [dead, alive]).stamp(TEXT, {"alive", "nobody"})
    assert [(a.by, a.heard) for a in answers] == [("dead", Heard.UNREACHABLE), ("alive", Heard.GIVEN)]
    assert (chosen.by, chosen.heard) == ("alive", Heard.GIVEN)


def test_no_bit_of_a_kept_timestamp_makes_it_one_of_other_bytes(authority: Authority) -> None:
    """Damaged anywhere it is refused, or still says the same; nothing but the one error is ever raised."""
    kept = ask(serving(authority), authority).kept
    known = TimestampAuthority.of("home", "", authority.roots, POLICY)
    at = check_timestamp(kept, TEXT, known)
    chance = random.Random(3161)
    refused = 0
    for place in chance.sample(range(len(kept)), 300):
        bent = bytearray(kept)
        bent[place] ^= 1 << chance.randrange(8)
        for damaged in (bytes(bent), kept[:place], kept[:place] + kept[place + 1 :]):
            try:
                assert check_timestamp(damaged, TEXT, known) == at
            except TimestampInvalid:
                refused += 1
    assert refused > 850


def test_roots_that_are_none_are_refused_before_anyone_is_asked(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"")
    with pytest.raises(ValueError, match="PEM"):
        TimestampAuthority.of("home", "", empty)
