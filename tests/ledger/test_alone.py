"""The ledger is what an outside examiner runs: it must need nothing of ours and next to nothing of others."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    f"dems.ledger.{path.stem}" for path in (ROOT / "dems" / "ledger").glob("*.py") if path.stem != "__init__"
)


def test_the_ledger_loads_nothing_but_cryptography_and_the_standard_library() -> None:
    program = f"import sys; before = set(sys.modules); import {', '.join(MODULES)}; print(*set(sys.modules) - before)"
    done = subprocess.run(  # noqa: S603 the program is ours
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {name for name in loaded if name.startswith("dems.")} == {"dems.ledger", *MODULES}
    foreign = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert foreign == {"dems", "cryptography", "_cffi_backend", "_openssl"}, "what cryptography brings is its own"
