"""Altering, damaging, removing and hiding stored bytes behind the store's back: what an intruder with its disks and keys can do.

Evidence lies in SeaweedFS volumes (``evidence_1.dat``) as needles: 20 bytes of header and length, the data, 8 bytes of
flags and time, then a CRC-32C of the data. With the CRC made to fit, the store serves other bytes without noticing;
without, it answers 500. Its own shell, with the certificate from its folder, removes a version that S3 keeps locked.
"""

import os
import re
import subprocess
from pathlib import Path

from dems.engines import Connections
from dems.engines.binaries import weed
from dems.model.evidence import Evidence

_AFTER_DATA = 8


def alter(engines: Connections, content: bytes, *, into: bytes) -> None:
    """Put other bytes of the same length in the place of `content`, so that the store's own checksum fits them."""
    assert len(into) == len(content)
    volume, at = _find(engines.store_path, content)
    _write(volume, at, into)
    _write(volume, at + len(content) + _AFTER_DATA, _crc32c(into).to_bytes(4, "big"))


def damage(engines: Connections, content: bytes) -> None:
    """Flip one bit on the disk, as disks do; the store notices when it reads."""
    volume, at = _find(engines.store_path, content)
    _write(volume, at + len(content) // 2, bytes([content[len(content) // 2] ^ 1]))


def remove(engines: Connections, item: Evidence, home: Path) -> None:
    """Remove the version's entry from the store's name space, by its own shell and with its own certificate."""
    ports = dict(re.findall(r"(\w+)\.port=(\d+)", (engines.store_path / "mini.options").read_text()))
    folder = f"/buckets/evidence/evidence/{item.id}/{item.upload_id}.versions"
    shell = [str(weed()), "shell", f"-master=127.0.0.1:{ports['master']}", f"-filer=127.0.0.1:{ports['filer']}"]
    commands = f"fs.rm {folder}/v_{item.version_id}\nfs.ls {folder}\nexit\n"
    done = subprocess.run(  # noqa: S603  (from the wheel)
        shell,
        cwd=engines.store_path.parent,
        env={"HOME": str(home)},
        input=commands.encode(),
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert str(item.version_id).encode() not in done.stdout


def _find(store: Path, content: bytes) -> tuple[Path, int]:
    for volume in sorted(store.glob("**/*.dat")):
        at = volume.read_bytes().find(content)
        if at >= 0:
            return volume, at
    raise AssertionError("these bytes lie in no volume in one piece")


def _write(volume: Path, at: int, data: bytes) -> None:
    handle = os.open(volume, os.O_RDWR)
    try:
        assert os.pwrite(handle, data, at) == len(data)
    finally:
        os.close(handle)


def _table() -> list[int]:
    table = []
    for number in range(256):
        value = number
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


def _crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), RFC 3720 appendix B.4."""
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
