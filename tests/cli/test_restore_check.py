"""The check of a restore on servers of one's own, as docs/operations.md gives it to operators to run."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.usecases import behind_the_store
from tests.usecases.spoilt import Spoilt, spoilt_installation

ROOT = Path(__file__).parents[2]


def check(spoilt: Spoilt) -> "subprocess.CompletedProcess[str]":
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [program] = re.findall(r"^python - <<'END'\n(.*?)^END$", page, re.MULTILINE | re.DOTALL)
    connections = spoilt.engines.connections
    access_key, secret_key = connections.s3_app
    return subprocess.run(  # noqa: S603  (our own page)
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "PATH": os.defpath,
            "DEMS_DATABASE__URL": connections.database_url,
            "DEMS_S3__ENDPOINT": connections.s3_endpoint,
            "DEMS_S3__ACCESS_KEY": access_key,
            "DEMS_S3__SECRET_KEY": secret_key,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_says_what_is_held_and_names_what_is_not_what_was_sealed(tmp_path: Path) -> None:
    with spoilt_installation(tmp_path) as spoilt:
        content = os.urandom(5_000)
        spoilt.sealed(os.urandom(100))
        item = spoilt.sealed(content)
        whole = check(spoilt)
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert re.search(r"^Looked\(.*sealed=2, read=5100, .*wrong=0\)$", whole.stdout, re.MULTILINE)
        behind_the_store.alter(spoilt.engines.connections, content, into=bytes([content[0] ^ 1]) + content[1:])
        altered = check(spoilt)
        assert altered.returncode == 1
        assert altered.stdout.splitlines()[0].startswith(f"item {item.id} (")
        assert altered.stdout.splitlines()[0].endswith("its bytes are not what was sealed")
        assert "wrong=1)" in altered.stdout.splitlines()[-1]
