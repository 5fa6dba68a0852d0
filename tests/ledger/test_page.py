"""The example of ``docs/ledger.md``: what the page tells a stranger to do by hand must come out."""

import hashlib
import json
import re
from base64 import b64decode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import leaf_hash
from dems.ledger.frontier import Frontier
from dems.ledger.keys import KeyType, SigningKey
from dems.ledger.policy import Log, Policy, Witness
from dems.ledger.proofs import inclusion_proof
from dems.ledger.tlogproof import TlogProof
from tests.ledger.golden.make import GOLDEN
from tests.ledger.signers import signed

PAGE = Path(__file__).parents[2].joinpath("docs", "ledger.md").read_text(encoding="utf-8")


def between(start: str, end: str) -> str:
    return PAGE.split(start, 1)[1].split(end, 1)[0]


LEAF = between("printf '%s' '", "'").encode()
PROOF = between("<<'END'\n", "END\n")
POLICY = between("cat > policy <<'END'\n", "END\n")
LINES = PROOF.split("\n")


def test_the_example_is_what_the_code_makes_of_the_golden_entries() -> None:
    entries = [entry["leaf"].encode() for entry in json.loads(GOLDEN.read_text(encoding="ascii"))["entries"][:3]]
    assert entries[1] == LEAF
    log = SigningKey("dems.example/ledger", KeyType.ED25519, hashlib.sha256(b"example log").digest())
    court = SigningKey("court.example/witness", KeyType.COSIGNATURE, hashlib.sha256(b"example witness").digest())
    frontier = Frontier()
    nodes = dict(frontier.extend(leaf_hash(entry) for entry in entries))
    checkpoint = signed(Checkpoint(log.name, 3, frontier.root()), court, log=log, at=1_795_000_000)
    hashes = inclusion_proof(1, 3, lambda asked: {node: nodes[node] for node in asked})
    policy = Policy.of([Log(log.key)], [Witness("court", court.key)], quorum="court")
    assert TlogProof(1, tuple(hashes), checkpoint).to_bytes().decode() == PROOF
    assert policy.to_bytes().decode() == POLICY


def test_the_steps_of_the_example_lead_to_the_root() -> None:
    r0 = hashlib.sha256(b"\0" + LEAF).digest()
    r1 = hashlib.sha256(b"\1" + b64decode(LINES[2]) + r0).digest()
    root = hashlib.sha256(b"\1" + r1 + b64decode(LINES[3])).digest()
    assert root == b64decode(LINES[7])
    assert {r0.hex(), root.hex()} <= set(re.findall(r"`([0-9a-f]{64})`", PAGE))


def public_key(keyword: str) -> Ed25519PublicKey:
    line = next(line for line in POLICY.split("\n") if line.startswith(keyword))
    return Ed25519PublicKey.from_public_bytes(b64decode(line.split("+", 2)[2])[1:])


def test_the_signatures_of_the_example_verify() -> None:
    text = "\n".join([*LINES[5:8], ""])
    public_key("log ").verify(b64decode(LINES[9].split(" ")[2])[4:], text.encode())
    value = b64decode(LINES[10].split(" ")[2])
    assert int.from_bytes(value[4:12], "big") == 1_795_000_000
    public_key("witness ").verify(value[12:], f"cosignature/v1\ntime 1795000000\n{text}".encode())


def test_the_example_is_proved_by_its_own_policy() -> None:
    judgement = TlogProof.from_bytes(PROOF.encode()).verify(LEAF, Policy.from_bytes(POLICY.encode()))
    assert judgement.cosigned == {"court": 1_795_000_000}


def test_the_key_that_the_page_writes_for_openssl_is_that_of_rfc_8410() -> None:
    octal = between(r"key() { printf '", "'")
    prefix = bytes(int(digits, 8) for digits in octal.split("\\")[1:])
    assert prefix.hex() == "302a300506032b6570032100"
