import gc
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import Entry
from dems.ledger.hashing import leaf_hash
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.keys import KeyType, SigningKey
from dems.ledger.policy import Log, Policy
from dems.ledger.tlogproof import TlogProof
from dems.ledger.verifier import Finding, Presented, Verdict, check_chain, checked, overall
from tests.ledger.chains import CHAIN, OTHER_CHAIN, chain_of
from tests.ledger.naive import Tree
from tests.ledger.signers import COURT, LABORATORY, LOG_ONLY, ORIGIN, POLICY, PROSECUTOR, signed

CHAIN_OF_5, CHAIN_OF_3 = chain_of(5), chain_of(3, OTHER_CHAIN)
ORDER = [CHAIN_OF_3[0], CHAIN_OF_5[0], CHAIN_OF_5[1], CHAIN_OF_3[1], *CHAIN_OF_5[2:], CHAIN_OF_3[2]]
"""Entries of both chains as a log took them in."""

FORGED = Tree([b"forged", *(entry.leaf for entry in ORDER[1:])])
LEAVES = [entry.leaf for entry in ORDER]
TREE = Tree(LEAVES)


def published(size: int = 8, tree: Tree = TREE, witnesses: Sequence[SigningKey] = (COURT, LABORATORY)) -> bytes:
    return signed(Checkpoint(ORIGIN, size, tree.root(size)), *witnesses)


def presented(entry: Entry, checkpoint: bytes | None = None, tree: Tree = TREE) -> Presented:
    index = LEAVES.index(entry.leaf)
    proof = TlogProof(index, tuple(tree.inclusion(index, 8)), checkpoint or published())
    return Presented(entry, proof.to_bytes())


PRESENTED = [presented(entry) for entry in CHAIN_OF_5]


def verdicts(given: Sequence[Presented], policy: Policy = POLICY, chain: UUID | None = CHAIN) -> dict[str, str]:
    return {finding.check: finding.verdict.value for finding in check_chain(given, policy, chain=chain)}


def words(given: Sequence[Presented], check: str, policy: Policy = POLICY) -> str:
    return next(f.words for f in check_chain(given, policy, chain=CHAIN) if f.check == check)


ALL = {"chain": "proved", "log": "proved", "witnesses": "proved", "inclusion": "proved", "one-log": "proved"}


def test_a_whole_chain_in_a_witnessed_log_is_proved() -> None:
    assert verdicts(PRESENTED) == ALL
    assert words(PRESENTED, "chain") == "5 entries follow one another from the first on without a gap"
    assert overall(check_chain(PRESENTED, POLICY, chain=CHAIN)) is Verdict.PROVED


def test_a_chain_is_proved_without_saying_whose_it_is() -> None:
    assert verdicts(PRESENTED, chain=None) == ALL


def test_a_withheld_detail_is_told_and_takes_nothing_from_the_proof() -> None:
    withheld = [replace(p, entry=replace(p.entry, nonce=None, detail=None)) for p in PRESENTED[:2]]
    given = withheld + PRESENTED[2:]
    assert verdicts(given) == ALL
    assert words(given, "chain").endswith(", detail withheld: 2")


def test_a_changed_detail_is_false() -> None:
    changed = replace(PRESENTED[2], entry=replace(PRESENTED[2].entry, detail=b"{}"))
    given = [*PRESENTED[:2], changed, *PRESENTED[3:]]
    assert verdicts(given) == ALL | {"chain": "false"}
    assert words(given, "chain") == "entry 3: the leaf does not commit to this detail"


def test_an_entry_left_out_of_the_middle_is_false() -> None:
    assert verdicts(PRESENTED[:2] + PRESENTED[3:]) == ALL | {"chain": "false"}


def test_entries_in_another_order_are_false() -> None:
    assert verdicts([PRESENTED[1], PRESENTED[0], *PRESENTED[2:]]) == ALL | {"chain": "false"}


def test_entries_of_another_chain_are_false() -> None:
    assert verdicts([presented(entry) for entry in CHAIN_OF_3]) == ALL | {"chain": "false"}


def test_a_leaf_that_the_log_does_not_have_is_false() -> None:
    """The whole chain made anew: it hangs together, and only the log shows that it was not the one recorded."""
    anew = chain_of(4) + chain_of(5)[4:]
    entry = replace(anew[3], leaf=CHAIN_OF_5[3].leaf.replace(b"2026", b"2025"))
    given = [*PRESENTED[:3], replace(PRESENTED[3], entry=entry)]
    assert verdicts(given)["inclusion"] == "false"
    assert words(given, "inclusion") == "entry 4: the inclusion proof leads to another root"


def test_a_swapped_proof_is_false() -> None:
    given = [replace(PRESENTED[0], proof=PRESENTED[1].proof), *PRESENTED[1:]]
    assert verdicts(given) == ALL | {"inclusion": "false"}


def test_a_missing_proof_is_not_proved_and_nothing_is_false() -> None:
    given = [PRESENTED[0], replace(PRESENTED[1], proof=None), *PRESENTED[2:]]
    assert verdicts(given) == ALL | dict.fromkeys(("log", "witnesses", "inclusion"), "not proved")
    assert words(given, "log") == "entry 2: its proof is not there"


def test_what_is_false_is_told_before_what_is_missing() -> None:
    given = [replace(PRESENTED[0], proof=None), replace(PRESENTED[1], proof=PRESENTED[2].proof)]
    assert words(given, "inclusion") == "entry 2: the inclusion proof leads to another root"


def test_a_damaged_proof_is_false() -> None:
    given = [replace(PRESENTED[0], proof=b"garbage"), *PRESENTED[1:]]
    assert verdicts(given) == ALL | dict.fromkeys(("log", "witnesses", "inclusion", "one-log"), "false")


def test_a_log_without_witnesses_is_not_proved_where_a_quorum_is_asked_for() -> None:
    given = [presented(entry, published(witnesses=[PROSECUTOR])) for entry in CHAIN_OF_5]
    assert verdicts(given) == ALL | {"witnesses": "not proved"}
    assert verdicts(given, LOG_ONLY) == ALL


def test_an_unknown_log_is_not_proved() -> None:
    stranger = Policy.of([Log(SigningKey(ORIGIN, KeyType.ED25519, bytes(32)).key)])
    assert verdicts(PRESENTED, stranger) == dict.fromkeys(ALL, "not proved") | {"chain": "proved"}


def test_a_forged_signature_is_false() -> None:
    honest, forged = published(), published(tree=FORGED)
    text, lines = forged.split(b"\n\n")[0], honest.split(b"\n\n")[1]
    given = [presented(entry, text + b"\n\n" + lines) for entry in CHAIN_OF_5]
    assert verdicts(given) == dict.fromkeys(ALL, "false") | {"chain": "proved"}


def test_two_trees_of_one_size_are_a_fork_even_if_each_is_witnessed() -> None:
    """A stolen key and a quorum that was deceived: two entries proved in two trees that exclude one another."""
    given = [*PRESENTED[:4], presented(CHAIN_OF_5[4], published(tree=FORGED), FORGED)]
    assert verdicts(given) == ALL | {"one-log": "false"}
    assert words(given, "one-log") == "entry 5: the log signed two different trees of 8 leaves"


def test_proofs_from_trees_of_two_sizes_are_not_proved_to_be_of_one_log() -> None:
    earlier = TlogProof(1, tuple(TREE.inclusion(1, 5)), published(5))
    given = [Presented(CHAIN_OF_5[0], earlier.to_bytes()), *PRESENTED[1:]]
    assert verdicts(given) == ALL | {"one-log": "not proved"}


def test_of_very_many_trees_some_are_remembered_and_it_is_told_that_there_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dems.ledger.verifier._MOST_TREES", 1)
    proofs = [TlogProof(1, tuple(TREE.inclusion(1, size)), published(size)).to_bytes() for size in (5, 6, 7)]
    given = [Presented(entry, proof) for entry, proof in zip(CHAIN_OF_5, proofs, strict=False)]
    assert words(given, "one-log").startswith("the proofs are of more than 1 checkpoints")
    fork = presented(CHAIN_OF_5[3], signed(Checkpoint(ORIGIN, 5, FORGED.root(5)), COURT, LABORATORY))
    assert words([*given, fork], "one-log") == "entry 4: the log signed two different trees of 5 leaves"


def test_a_chain_is_read_once_and_none_of_it_is_kept() -> None:
    """A package's chain comes from a file, line by line."""
    alive: list[weakref.ref[Kept]] = []

    def one_by_one() -> Iterator[Presented]:
        for given in PRESENTED:
            fresh = Kept(given.entry, given.proof)
            alive.append(weakref.ref(fresh))
            yield fresh
            del fresh
            gc.collect()
            assert sum(ref() is not None for ref in alive) <= 1

    assert overall(check_chain(one_by_one(), POLICY, chain=CHAIN)) is Verdict.PROVED
    assert len(alive) == 5


class Kept(Presented):
    """One that says whether it is still there."""


def test_where_there_is_nothing_nothing_is_proved() -> None:
    assert verdicts([]) == dict.fromkeys(ALL, "not proved")


# --- verdicts ---


def found(*some: Verdict) -> list[Finding]:
    return [Finding("check", verdict, "") for verdict in some]


def test_the_worst_verdict_is_the_verdict() -> None:
    proved, absent, false = Verdict.PROVED, Verdict.NOT_PROVED, Verdict.FALSE
    assert overall([]) is absent
    assert overall(found(proved, proved)) is proved
    assert overall(found(proved, absent)) is absent
    assert overall(found(absent, false, proved)) is false


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (NotProved("why"), Verdict.NOT_PROVED),
        (Contradicted("why"), Verdict.FALSE),
        (Malformed("why"), Verdict.FALSE),
        (LedgerInvalid("why"), Verdict.FALSE),
    ],
)
def test_what_is_raised_becomes_a_finding(error: LedgerInvalid, verdict: Verdict) -> None:
    def question() -> str:
        raise error

    assert checked("check", question) == Finding("check", verdict, "why")


def test_a_bug_is_no_finding() -> None:
    def question() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        checked("check", question)


def test_the_hash_of_a_chains_leaf_is_the_hash_in_the_log() -> None:
    assert [leaf_hash(entry.leaf) for entry in ORDER] == TREE.leaves
