"""What somebody does to a package: its files as a dictionary, changed, listed anew where they thought of it, packed again."""

import io
import zipfile
from collections.abc import Mapping
from hashlib import new
from pathlib import Path

from dems.ledger.verifier import Verdict
from dems.package.places import ALGORITHMS, DATA, LOG, manifest, tag_manifest
from dems.package.verification import Report, Trusted, verify
from dems.package.zip_writing import StoredZip
from tests.ledger.signers import POLICY
from tests.package.making import AT, BASE

Files = dict[str, bytes]


def files_of(package: bytes) -> Files:
    """The files by their path in the bag, as the standard library reads them."""
    with zipfile.ZipFile(io.BytesIO(package)) as read:
        return {name.removeprefix(f"{BASE}/"): read.read(name) for name in read.namelist()}


def packed(files: Mapping[str, bytes], base: str = BASE) -> bytes:
    out = bytearray()
    with StoredZip(out.extend, AT) as writer:
        for path, data in sorted(files.items()):  # proofs are written in the order of their numbers
            writer.begin(f"{base}/{path}", len(data))
            writer.data(data)
            writer.end()
        writer.close()
    return bytes(out)


def listed_anew(files: Files) -> Files:
    """With manifests and Payload-Oxum that fit, as whoever changes a bag with a tool for bags leaves it."""
    payload = [path for path in files if path.startswith(DATA)]
    oxum = f"{sum(len(files[path]) for path in payload)}.{len(payload)}"
    lines = files["bag-info.txt"].decode().splitlines()
    changed = dict(files)
    kept = [line for line in lines if not line.startswith("Payload-Oxum")]
    changed["bag-info.txt"] = "".join(f"{line}\n" for line in [*kept, f"Payload-Oxum: {oxum}"]).encode()
    tag_names = {tag_manifest(algorithm) for algorithm in ALGORITHMS}
    for algorithm in ALGORITHMS:
        changed[manifest(algorithm)] = _manifest(changed, algorithm, payload)
    tags = [path for path in changed if not path.startswith((DATA, LOG)) and path not in tag_names]
    for algorithm in ALGORITHMS:
        changed[tag_manifest(algorithm)] = _manifest(changed, algorithm, tags)
    return changed


def _manifest(files: Files, algorithm: str, paths: list[str]) -> bytes:
    return "".join(f"{new(algorithm, files[path]).hexdigest()}  {path}\n" for path in paths).encode()


def report_on(folder: Path, package: bytes, policy: bytes | None = POLICY.to_bytes()) -> Report:
    path = folder / "package.zip"
    path.write_bytes(package)
    return verify(path, Trusted(policy))


def wrong(report: Report) -> dict[str, str]:
    """The checks that do not hold, with what is said of them; the verdict must be the worst of theirs."""
    found = {finding.check: finding.words for finding in report.findings if finding.verdict is Verdict.FALSE}
    assert (report.verdict is Verdict.FALSE) == bool(found)
    return found


def refused(report: Report) -> str:
    """Why nothing was checked: that says nothing of any evidence, and is not to be read as if it did."""
    [finding] = report.findings
    assert (finding.check, finding.verdict, report.verdict, report.kind) == (
        "refused",
        Verdict.REFUSED,
        Verdict.REFUSED,
        "unknown",
    )
    return finding.words


def unproved(report: Report) -> dict[str, str]:
    return {finding.check: finding.words for finding in report.findings if finding.verdict is Verdict.NOT_PROVED}
