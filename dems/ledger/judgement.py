"""What a policy says of a checkpoint: which log signed it, which witnesses saw it, and whether they are enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import shown
from dems.ledger.invalid import NotProved
from dems.ledger.keys import VerifierKey
from dems.ledger.note import Note
from dems.ledger.policy import Log, Policy
from dems.ledger.signing import attested, require_origin


@dataclass(frozen=True, slots=True)
class Judgement:
    """A checkpoint that a log of the policy signed.

    `cosigned` says by the policy's name of each witness when it first cosigned (POSIX seconds). Whether a time lies in
    the future is for whoever has a clock.
    """

    checkpoint: Checkpoint
    log: VerifierKey
    cosigned: dict[str, int]
    has_quorum: bool

    @property
    def signer(self) -> str:
        """The log that signed, by name and key ID, as a finding says it."""
        return f"the log {shown(self.log.name)} (key {self.log.id.hex()})"

    def require_quorum(self) -> None:
        """Raise `NotProved` unless the policy's quorum of witnesses cosigned this checkpoint."""
        if not self.has_quorum:
            raise NotProved(f"{len(self.cosigned)} known witnesses cosigned this checkpoint, which is no quorum")


def judge(data: bytes, policy: Policy, *, more_logs: Sequence[Log] = ()) -> Judgement:
    """Check the signatures on a checkpoint. `more_logs` are those known from elsewhere, where a policy lists none.

    Raises `Malformed` if it is no checkpoint, `Contradicted` if a signature of a known key does not fit it or it is of
    another log than its signer, and `NotProved` if no log has signed it. A missing quorum is not raised but told.
    """
    note = Note.from_bytes(data)
    checkpoint = Checkpoint.from_text(note.text)
    logs = [log.key for log in (*policy.logs, *more_logs)]
    witnesses = {witness.key: witness.name for witness in policy.witnesses}
    cosigned: dict[str, int] = {}
    signers: list[VerifierKey] = []
    whose = f"it says that it is of {shown(checkpoint.origin)}"
    try:
        attestations = attested(note, [*logs, *witnesses])
    except NotProved as error:
        raise NotProved(f"{error}; {whose}") from error
    for attestation in attestations:
        if attestation.time is None:
            signers.append(attestation.key)
        else:
            name = witnesses[attestation.key]
            cosigned[name] = min(attestation.time, cosigned.get(name, attestation.time))
    if not signers:
        raise NotProved(f"no known log has signed this checkpoint; {whose}")
    log = next((key for key in signers if key.name == checkpoint.origin), signers[0])
    require_origin(checkpoint, log)
    return Judgement(checkpoint, log, cosigned, policy.witnessed_by(cosigned))
