"""What time-stamping authorities say of a package's checkpoint, as somebody who knows some of them reads it."""

from pathlib import Path

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from dems.ledger.note import Note
from dems.ledger.verifier import Finding, Verdict
from dems.package.program import main
from dems.package.verification import Trusted, verify
from tests.ledger.signers import COURT, POLICY, PROSECUTOR
from tests.package.making import a_making
from tests.workers.anchoring.authority import Authority, Oddities


def stamped(authority: Authority, text: bytes) -> bytes:
    return authority.respond(
        TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()
    )


def timestamps(tmp_path: Path, tokens: dict[str, bytes], roots: bytes | None) -> Finding:
    path = tmp_path / "package.zip"
    path.write_bytes(a_making(tokens=list(tokens.items())).zip())
    [found] = [f for f in verify(path, Trusted(POLICY.to_bytes(), roots)).findings if f.check == "timestamps"]
    return found


@pytest.fixture
def text() -> bytes:
    """The checkpoint that every package here has: the same entries make the same tree."""
    making = a_making()
    making.zip()
    return Note.from_bytes(making.log.checkpoint(COURT, PROSECUTOR)).text.encode()


def test_of_several_authorities_those_that_one_knows_count(tmp_path: Path, text: bytes) -> None:
    known, other = Authority(tmp_path), Authority(tmp_path, "other")
    tokens = {"known": stamped(known, text), "other": stamped(other, text)}
    found = timestamps(tmp_path, tokens, known.roots.read_bytes())
    assert found.verdict is Verdict.PROVED
    assert (
        "say 1 authorities; 1 of the timestamps are by authorities whose certificates you did not give" in found.words
    )
    both = timestamps(tmp_path, tokens, known.roots.read_bytes() + other.roots.read_bytes())
    assert "say 2 authorities" in both.words
    assert "you did not give" not in both.words
    nobody = timestamps(tmp_path, tokens, Authority(tmp_path, "third").roots.read_bytes())
    assert (nobody.verdict, nobody.words.startswith("2 of the timestamps")) == (Verdict.NOT_PROVED, True)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_timestamp_of_something_else_is_false_whoever_gave_it(tmp_path: Path, text: bytes, is_known: bool) -> None:
    known, other = Authority(tmp_path), Authority(tmp_path, "other")
    tokens = {"a": stamped(known, text), "b": stamped(known if is_known else other, text + b"x")}
    found = timestamps(tmp_path, tokens, known.roots.read_bytes())
    assert (found.verdict, "b.tsr': this is a timestamp of something else" in found.words) == (Verdict.FALSE, True)


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x30\x03\x02\x01\x00"])
def test_what_is_no_timestamp_is_false(tmp_path: Path, damage: bytes) -> None:
    found = timestamps(tmp_path, {"a": damage}, Authority(tmp_path).roots.read_bytes())
    assert (found.verdict, "this is no timestamp" in found.words) == (Verdict.FALSE, True)


def test_a_timestamp_under_somebody_elses_name_or_damaged_is_false(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "elsewhere").mkdir()
    known, impostor = Authority(tmp_path), Authority(tmp_path / "elsewhere")
    damaged = Authority(tmp_path, "careless", oddities=Oddities(damaged=True))
    for authority, roots in ((impostor, known), (damaged, damaged)):
        found = timestamps(tmp_path, {"a": stamped(authority, text)}, roots.roots.read_bytes())
        assert (found.verdict, "by the authority that it names" in found.words) == (Verdict.FALSE, True)


def test_without_certificates_of_authorities_nothing_is_said_but_how_to_check(tmp_path: Path, text: bytes) -> None:
    tokens = {"a": stamped(Authority(tmp_path), text)}
    without = timestamps(tmp_path, tokens, None)
    assert (without.verdict, "openssl ts -verify" in without.words) == (Verdict.NOT_PROVED, True)
    roots = Authority(tmp_path).roots.read_bytes()
    assert "no timestamp in this package" in timestamps(tmp_path, {}, roots).words


def test_a_file_that_holds_no_certificates_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package, roots = tmp_path / "package.zip", tmp_path / "roots.pem"
    package.write_bytes(a_making().zip())
    for given in (b"", b"no PEM", package.read_bytes()):
        roots.write_bytes(given)
        with pytest.raises(SystemExit) as ended:
            main([str(package), "--tsa-root", str(roots)])
        out, err = capsys.readouterr()
        assert (ended.value.code, out) == (2, "")
        assert "holds no certificates in PEM. Nothing was verified." in err


def test_a_certificate_of_a_kind_that_nobody_knows_makes_that_timestamp_false_and_nothing_else(
    tmp_path: Path, text: bytes
) -> None:
    known = Authority(tmp_path)
    version = bytes.fromhex("a003020102")
    token = stamped(known, text)
    assert version in token
    found = timestamps(tmp_path, {"t": token.replace(version, version[:-1] + b"\x07")}, known.roots.read_bytes())
    assert (found.verdict, "this is no timestamp" in found.words) == (Verdict.FALSE, True)
