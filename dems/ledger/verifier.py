"""What an offline verifier says of chains, proofs and checkpoints: one finding for each check, and a verdict.

Pure: bytes in, findings out. Reading packages, showing findings and asking for the time are the caller's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dems.ledger.entry import Entry, verify_chain
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.judgement import Judgement, judge
from dems.ledger.policy import Policy
from dems.ledger.succession import verify_succession
from dems.ledger.tlogproof import TlogProof


class Verdict(StrEnum):
    """What a check came to. `NOT_PROVED` means that something is absent, `FALSE` that something does not hold."""

    PROVED = "proved"
    NOT_PROVED = "not proved"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its stable name, what it came to, and a sentence on why."""

    check: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Presented:
    """An entry of a chain as a package holds it, with its ``.tlog-proof`` where there is one."""

    entry: Entry
    proof: bytes | None


def checked(check: str, question: Callable[[], str]) -> Finding:
    """Ask a question that answers with a sentence, or raises `LedgerInvalid` with another."""
    try:
        return Finding(check, Verdict.PROVED, question())
    except NotProved as error:
        return Finding(check, Verdict.NOT_PROVED, str(error))
    except LedgerInvalid as error:
        return Finding(check, Verdict.FALSE, str(error))


def overall(findings: Iterable[Finding]) -> Verdict:
    """The worst of the verdicts. Where nothing was checked, nothing is proved."""
    verdicts = {finding.verdict for finding in findings}
    if Verdict.FALSE in verdicts:
        return Verdict.FALSE
    return Verdict.PROVED if verdicts == {Verdict.PROVED} else Verdict.NOT_PROVED


def check_chain(presented: Sequence[Presented], policy: Policy, *, chain: UUID | None = None) -> list[Finding]:
    """All that can be said of one chain: the chain itself, then log, witnesses and place in the log of each entry.

    It does not say that the chain is whole at its end: that is for the entry that an export makes.
    """
    judged = _Judged(policy)

    def each(ask: Callable[[Presented], object], answer: str) -> Callable[[], str]:
        def question() -> str:
            missing: NotProved | None = None
            for place, one in enumerate(presented, start=1):
                try:
                    ask(one)
                except NotProved as error:
                    missing = missing or NotProved(f"entry {place}: {error}")
                except LedgerInvalid as error:
                    raise Contradicted(f"entry {place}: {error}") from error
            if missing or not presented:
                raise missing or NotProved("there is no entry")
            return answer

        return question

    def whole() -> str:
        if not presented:
            raise NotProved("there is no entry")
        verify_chain([one.entry for one in presented], chain=chain)
        withheld = sum(one.entry.detail is None for one in presented)
        told = f", detail withheld: {withheld}" if withheld else ""
        return f"{len(presented)} entries follow one another from the first on without a gap{told}"

    return [
        checked("chain", whole),
        checked("log", each(judged.of, "the log signed the checkpoint of every entry")),
        checked(
            "witnesses", each(judged.require_quorum, "a quorum of witnesses cosigned the checkpoint of every entry")
        ),
        checked("inclusion", each(judged.require_inclusion, "every entry is in the tree of its checkpoint")),
        checked("one-log", lambda: judged.one_log(presented)),
    ]


def check_held(held: bytes, offered: bytes, proof: Sequence[bytes], policy: Policy) -> Finding:
    """Whether the log went on from a checkpoint that the receiver got earlier, both as signed notes."""

    def question() -> str:
        before, after = judge(held, policy).checkpoint, judge(offered, policy).checkpoint
        verify_succession(before, after, proof)
        return f"the tree of {after.size} leaves goes on from the one of {before.size} that was held"

    return checked("held", question)


class _Judged:
    """Proofs as read and checkpoints as judged, each once: the entries of a package share few checkpoints."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._judgements: dict[bytes, Judgement | LedgerInvalid] = {}
        self._proofs: dict[bytes, TlogProof] = {}

    def of(self, one: Presented) -> tuple[TlogProof, Judgement]:
        """The entry's proof and what the policy says of its checkpoint."""
        if one.proof is None:
            raise NotProved("its proof is not there")
        proof = self._proofs.get(one.proof) or TlogProof.from_bytes(one.proof)
        self._proofs[one.proof] = proof
        if proof.checkpoint not in self._judgements:
            try:
                self._judgements[proof.checkpoint] = judge(proof.checkpoint, self._policy)
            except LedgerInvalid as error:
                self._judgements[proof.checkpoint] = error
        judgement = self._judgements[proof.checkpoint]
        if isinstance(judgement, LedgerInvalid):
            raise judgement
        return proof, judgement

    def require_quorum(self, one: Presented) -> None:
        self.of(one)[1].require_quorum()

    def require_inclusion(self, one: Presented) -> None:
        proof, judgement = self.of(one)
        proof.verify_inclusion(one.entry.leaf, judgement)

    def one_log(self, presented: Sequence[Presented]) -> str:
        """Two signed trees of one size with two roots are a fork; of two sizes, nothing shows that they agree."""
        roots: dict[tuple[str, int], bytes] = {}
        for one in presented:
            if one.proof is not None:
                checkpoint = self.of(one)[1].checkpoint
                if roots.setdefault((checkpoint.origin, checkpoint.size), checkpoint.root) != checkpoint.root:
                    raise Contradicted(f"the log signed two different trees of {checkpoint.size} leaves")
        if len(roots) != 1:
            raise NotProved(f"the proofs are of {len(roots)} checkpoints, and nothing shows that they are of one tree")
        return "all proofs are of one tree"
