"""What `dems ledger fsck --checkpoint` takes for a checkpoint that somebody holds, and what it says of anything else."""

from pathlib import Path

import pytest

from dems.cli.ledger import held_checkpoint
from dems.cli.screen import Failed
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.tlogproof import TlogProof
from tests.ledger.signers import COURT, LOG, signed


def test_only_a_checkpoint_that_the_logs_key_signed_is_taken(tmp_path: Path) -> None:
    file, held = tmp_path / "held", Checkpoint(LOG.name, 7, bytes(32))
    with pytest.raises(Failed, match="cannot be read: No such file"):
        held_checkpoint(file, [LOG.key])
    file.write_bytes(signed(held, COURT))
    assert held_checkpoint(file, [LOG.key]) == held, "cosignatures may be on it, as it is published"
    file.write_bytes(TlogProof(0, (bytes(32),) * 3, signed(held, COURT)).to_bytes())
    assert held_checkpoint(file, [LOG.key]) == held, "whoever holds a proof holds the checkpoint at its end"
    with pytest.raises(Failed, match="no checkpoint that this log's key signed"):
        held_checkpoint(file, [])
    file.write_bytes(b"7 entries")
    with pytest.raises(Failed, match="no checkpoint that this log's key signed"):
        held_checkpoint(file, [LOG.key])
