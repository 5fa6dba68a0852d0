"""Whatever bytes come in: a format is read as what it would write, or refused with the ledger's own error."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dems.ledger.bundles import bundle_path, from_bundle, tile_of_bundle, to_bundle
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.cosignature import Cosignature
from dems.ledger.frontier import Frontier
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.judgement import judge
from dems.ledger.keys import SigningKey, VerifierKey
from dems.ledger.note import Note
from dems.ledger.policy import Policy
from dems.ledger.tiles import Tile
from dems.ledger.tlogproof import TlogProof
from dems.ledger.witness_request import (
    AddCheckpoint,
    signatures_from_bytes,
    signatures_to_bytes,
    size_from_bytes,
    size_to_bytes,
)
from tests.ledger.published import (
    CHECKPOINT,
    CHECKPOINT_TEXT,
    GO_KEY,
    GO_PRIVATE_KEY,
    SPECIFICATION_CHECKPOINT,
    SPECIFICATION_NOTE,
    WITNESS_KEY,
)
from tests.ledger.signers import COURT, LABORATORY, ORIGIN, POLICY, signed
from tests.ledger.trees import SIZE, TREE

pytestmark = pytest.mark.no_cover

WITNESSED = signed(Checkpoint(ORIGIN, SIZE, TREE.root(SIZE)), COURT, LABORATORY)
REQUEST = AddCheckpoint(64, tuple(TREE.consistency(64, SIZE)), WITNESSED).to_bytes()
COSIGNED = signatures_to_bytes(Note.from_bytes(WITNESSED).signatures[1:])
PROOF = TlogProof(77, tuple(TREE.inclusion(77, SIZE)), WITNESSED, b"besides").to_bytes()
FRONTIER = b"".join(TREE.leaves[:5])


@dataclass(frozen=True)
class Format:
    """How bytes are read and written back, and what such bytes look like."""

    name: str
    again: Callable[[bytes], bytes]
    samples: tuple[bytes, ...]


def as_text(again: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """A format of text: what is not UTF-8 is given as text with lone surrogates, which it must refuse too."""
    return lambda data: again(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


FORMATS = [
    Format("note", lambda data: Note.from_bytes(data).to_bytes(), (CHECKPOINT, SPECIFICATION_NOTE, WITNESSED)),
    Format("checkpoint", as_text(lambda text: Checkpoint.from_text(text).to_text()), (CHECKPOINT_TEXT.encode(),)),
    Format("cosignature", lambda data: Cosignature.from_bytes(data).to_bytes(), (bytes(72),)),
    Format(
        "verifier key",
        as_text(lambda text: VerifierKey.from_text(text).to_text()),
        (GO_KEY.encode(), WITNESS_KEY.encode()),
    ),
    Format("private key", lambda data: SigningKey.from_bytes(data).to_bytes(), (f"{GO_PRIVATE_KEY}\n".encode(),)),
    Format("proof", lambda data: TlogProof.from_bytes(data).to_bytes(), (PROOF,)),
    Format("request to a witness", lambda data: AddCheckpoint.from_bytes(data).to_bytes(), (REQUEST,)),
    Format("answer of a witness", lambda data: signatures_to_bytes(signatures_from_bytes(data)), (COSIGNED,)),
    Format("size that a witness holds", lambda data: size_to_bytes(size_from_bytes(data)), (b"20852163\n", b"0\n")),
    Format("policy", lambda data: Policy.from_bytes(data).to_bytes(), (POLICY.to_bytes(),)),
    Format(
        "tile's address", as_text(lambda text: Tile.from_path(text).path()), (b"tile/0/x001/234.p/56", b"tile/1/007")
    ),
    Format(
        "bundle's address",
        as_text(lambda text: bundle_path(tile_of_bundle(text))),
        (b"tile/entries/x001/234.p/56", b"tile/entries/007"),
    ),
    Format("bundle", lambda data: to_bundle(from_bundle(data, 3)), (to_bundle([b"a", b"", b"bcd"]),)),
    Format("right edge", lambda data: Frontier.from_bytes(31, data).to_bytes(), (FRONTIER,)),
]
formats = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)

TELLING = st.sampled_from(
    [
        *(
            b"\n",
            b"\n\n",
            b"\r",
            b" ",
            b"\t",
            b"0",
            b"9",
            b"-",
            b"+",
            b"=",
            b"==",
            b"/",
            b"\x00",
            b"\xff",
            b"x",
            b"none",
        ),
        *(text.encode() for text in ("\u2014 ", "\u2028", "\u00a0", "\uff10")),
        b"\xed\xa0\x80",
    ]
)


@st.composite
def damaged(draw: st.DrawFn, samples: tuple[bytes, ...]) -> bytes:
    """A sample with up to four changes: bytes or lines flipped, cut, doubled, moved or put in."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 60)))
        lines = data.split(b"\n")
        line = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["flip", "cut", "double", "insert", "replace", "swap", "random"]))
        if change == "flip" and start < len(data):
            data = data[:start] + bytes([data[start] ^ 1 << draw(st.integers(0, 7))]) + data[start + 1 :]
        elif change == "cut":
            data = data[:start] + data[end:]
        elif change == "double":
            data = data[:end] + data[start:]
        elif change == "insert":
            data = data[:start] + draw(TELLING) + data[start:]
        elif change == "replace":
            data = data[:start] + draw(TELLING) + data[end:]
        elif change == "swap":
            data = b"\n".join([*lines[:line], *lines[line + 1 :], lines[line]])
        else:
            data = data[:start] + draw(st.binary(max_size=20)) + data[end:]
    return data


def read_as_written_or_refused(form: Format, data: bytes) -> bool:
    try:
        again = form.again(data)
    except LedgerInvalid:
        return False
    assert again == data
    return True


@formats
def test_the_samples_are_of_their_format(form: Format) -> None:
    assert all(read_as_written_or_refused(form, sample) for sample in form.samples)


@formats
@settings(max_examples=300)
@given(data=st.data())
def test_damaged_bytes_are_read_as_they_are_or_refused(form: Format, data: st.DataObject) -> None:
    read_as_written_or_refused(form, data.draw(damaged(form.samples)))


@formats
@given(data=st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_as_they_are_or_refused(form: Format, data: bytes) -> None:
    read_as_written_or_refused(form, data)


END_ALIKE = ({"note", "proof"}, {"note", "request to a witness"})


@formats
def test_no_format_is_taken_for_another(form: Format) -> None:
    """But for a proof and a request, which end as a note does: their heads are then a text that nobody signed."""
    for other in FORMATS:
        for sample in other.samples:
            if other.name != form.name and {form.name, other.name} not in END_ALIKE:
                assert not read_as_written_or_refused(form, sample), other.name


@formats
def test_a_million_bytes_and_more_are_read_as_they_are_or_refused(form: Format) -> None:
    for unit in (b"\n", b"0", b"a ", b"+", b"\xe2\x80\x94 a AAAA\n", b"#\n", b"x001/", b"\x00"):
        read_as_written_or_refused(form, unit * (1_200_000 // len(unit)))
        for sample in form.samples:
            assert not read_as_written_or_refused(form, unit * (1_200_000 // len(unit)) + sample)


@given(damaged((PROOF,)))
def test_a_damaged_proof_proves_nothing_that_its_log_did_not_sign(data: bytes) -> None:
    """Whatever is changed, what is accepted is leaf 77 of this tree: the part that is not signed may differ."""
    try:
        proof = TlogProof.from_bytes(data)
        judgement = proof.verify(b"\x4d", POLICY)
    except LedgerInvalid:
        return
    assert (proof.index, judgement.checkpoint.root) == (77, TREE.root(SIZE))


@given(damaged((WITNESSED, CHECKPOINT, SPECIFICATION_CHECKPOINT)))
def test_a_damaged_checkpoint_says_nothing_that_its_log_did_not_sign(data: bytes) -> None:
    try:
        judgement = judge(data, POLICY)
    except LedgerInvalid:
        return
    assert judgement.checkpoint == Checkpoint(ORIGIN, SIZE, TREE.root(SIZE))
