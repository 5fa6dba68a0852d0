"""Building ``dems-verify.pyz``: the ledger and this package as one file that Python runs.

The same source makes the same bytes, so whoever builds it again can compare. It brings no library: where it runs there
must be `cryptography`, and for timestamps `rfc3161-client`.
"""

import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_FOLDERS = ("dems/ledger", "dems/package")
_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = b'import sys\n\nfrom dems.package.program import main\n\nif __name__ == "__main__":\n    sys.exit(main())\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


def build(target: Path) -> str:
    """Write the program to `target`, and give the SHA-256 of it in hexadecimal."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(_SHEBANG)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as program:
            for name, data in _members():
                member = zipfile.ZipInfo(name, _EPOCH)
                member.external_attr = _MODE
                member.compress_type = zipfile.ZIP_DEFLATED
                program.writestr(member, data)
    target.chmod(0o755)
    return sha256(target.read_bytes()).hexdigest()


def _members() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN
    yield "dems/__init__.py", b""
    for folder in _FOLDERS:
        for path in sorted((_ROOT / folder).glob("*.py")):
            yield f"{folder}/{path.name}", path.read_bytes()


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))}  {sys.argv[1]}\n")
