"""The verifier as a program of its own: ``python dems-verify.pyz PATH --policy FILE``."""

import argparse
import errno
import json
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from dems.ledger.invalid import LedgerInvalid
from dems.ledger.policy import MAX_POLICY_BYTES, Policy
from dems.ledger.tlogproof import MAX_PROOF_BYTES, note_of
from dems.ledger.verifier import Verdict
from dems.package.checking_times import MAX_ROOTS_BYTES
from dems.package.earlier import Held
from dems.package.progress import Progress
from dems.package.verification import Report, Trusted, verify

_EPILOG = """\
The verdict is one of: proved; not proved (something is absent, nothing is wrong); false (do not rely on it);
refused (nothing was checked: do not rely on this copy; it says nothing of the evidence itself).
Exit code: 0 if all holds, 1 if not, 2 for wrong usage. Nothing is sent anywhere and nothing is written.

example: dems-verify.pyz dems-export-….zip --policy keys-from-the-court.txt
"""

_KINDS = {
    "receipt": "a receipt, without the bytes that it is for: compare their SHA-256 with the one below",
    "log": "a copy of a log, without any evidence",
}


_REFUSED = "nothing was checked: do not rely on this copy; it says nothing of the evidence itself"


class WrongFile(ValueError):
    """A file that should hold the keys that one believes, or a checkpoint, does not; the message is a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    parser = argparse.ArgumentParser(
        prog="dems-verify",
        description="Verify an exported package (folder or .zip), a receipt, or a copy of the log, offline.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="keys of the log and its witnesses that you believe"
    )
    parser.add_argument("--tsa-root", type=Path, metavar="FILE", help="certificates (PEM) of time-stamping authorities")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="a checkpoint or .tlog-proof that you were given before (may be repeated)",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    chosen = parser.parse_args(arguments)
    try:
        require_readable(chosen.path)
        trusted = trusted_files(chosen.policy, chosen.tsa_root, chosen.checkpoint)
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}")
    except WrongFile as error:
        parser.error(str(error))
    try:
        with Progress() as progress:
            report = verify(chosen.path, trusted, told=progress)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: nothing was found out. Run it again.\n")
        return 1
    sys.stdout.write(as_json(report) if chosen.json else as_text(report))
    return exit_code(report)


def require_readable(path: Path) -> None:
    """Raise `OSError` where there is nothing to verify: a slip of the user's, which says nothing of any package."""
    kind = path.stat().st_mode
    if stat.S_ISDIR(kind):
        os.scandir(path).close()
    elif stat.S_ISREG(kind):
        path.open("rb").close()
    else:
        raise OSError(errno.EINVAL, "it is neither a file nor a folder", str(path))


def trusted_files(policy: Path | None, roots: Path | None, checkpoints: Sequence[Path] = ()) -> Trusted:
    """Read what the user has from elsewhere. Raises `OSError`; `WrongFile` where one of the files is not of its kind.

    That is the user's mistake and says nothing of what is to be verified.
    """
    known, authorities = _read(policy, MAX_POLICY_BYTES), _read(roots, MAX_ROOTS_BYTES)
    try:
        if known is not None:
            Policy.from_bytes(known)
    except LedgerInvalid as error:
        raise WrongFile(f"{policy} is no policy file: {error}. Nothing was verified.") from error
    try:
        if authorities is not None:
            load_pem_x509_certificates(authorities)
    except ValueError as error:
        raise WrongFile(f"{roots} holds no certificates in PEM. Nothing was verified.") from error
    return Trusted(known, authorities, [_held(path) for path in checkpoints])


def _held(path: Path) -> Held:
    try:
        return Held(path.name, note_of(_read(path, MAX_PROOF_BYTES) or b""))
    except LedgerInvalid as error:
        raise WrongFile(
            f"{path} is neither a signed checkpoint nor a .tlog-proof: {error}. Nothing was verified."
        ) from error


def as_text(report: Report) -> str:
    """One line for each check, then the verdict."""
    lines = [f"{finding.verdict.value:<10}  {finding.check}: {finding.words}" for finding in report.findings]
    if report.about is not None:
        about = report.about
        lines.insert(0, f"package of {about.items} items of {about.reference}, for {about.recipient}: {about.export}")
    elif report.kind in _KINDS:
        lines.insert(0, _KINDS[report.kind])
    told = f", detail withheld: {report.withheld}" if report.withheld else ""
    told += f" ({_REFUSED})" if report.verdict is Verdict.REFUSED else ""
    return "\n".join([*(_printable(line) for line in lines), f"verdict: {report.verdict.value}{told}", ""])


def as_json(report: Report) -> str:
    """The same for programs."""
    about = None if report.about is None else {**asdict(report.about), "withheld": list(report.about.withheld)}
    findings = [
        {"check": finding.check, "verdict": finding.verdict.value, "words": finding.words}
        for finding in report.findings
    ]
    told = {"kind": report.kind, "verdict": report.verdict.value, "withheld": report.withheld, "about": about}
    return json.dumps({**told, "findings": findings}, ensure_ascii=True, indent=2) + "\n"


def exit_code(report: Report) -> int:
    """0 only if everything holds."""
    return 0 if report.verdict is Verdict.PROVED else 1


def _read(path: Path | None, most: int) -> bytes | None:
    if path is None:
        return None
    with path.open("rb") as file:
        return file.read(most + 1)


def _printable(line: str) -> str:
    """What a package says must not move the cursor, nor turn the direction of the line in which it is shown."""
    safe = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)
    return safe.encode(sys.stdout.encoding or "ascii", "backslashreplace").decode(sys.stdout.encoding or "ascii")
