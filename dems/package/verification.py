"""Verifying a package, a receipt or a copy of the log, offline: from whatever lies at a path to findings and a verdict."""

import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dems.ledger.fields import shown
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.judgement import judge
from dems.ledger.note import MAX_NOTE_BYTES
from dems.ledger.policy import MAX_POLICY_BYTES, Policy
from dems.ledger.verifier import Finding, Verdict, checked, overall
from dems.package.checking_bag import Bag
from dems.package.checking_items import Items
from dems.package.checking_times import check_times
from dems.package.earlier import Earlier, Held
from dems.package.folder import Folder
from dems.package.inventory import About
from dems.package.log_copy import check_log_copy, is_log_copy
from dems.package.places import BAGIT, CHECKPOINT, POLICY
from dems.package.progress import Watcher, nobody
from dems.package.receipts import MAX_RECEIPT_BYTES, check_receipt, checkpoints_of, parse_receipt
from dems.package.refusal import Refused
from dems.package.source import Source, base_of, read_whole
from dems.package.zip_reading import Zip

_ZIP, _GZIP = b"PK", b"\x1f\x8b"
_TAR_AT = 257


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the verifier's user has from elsewhere: the policy, certificates of time-stamping authorities in PEM, checkpoints."""

    policy: bytes | None = None
    roots: bytes | None = None
    held: Sequence[Held] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at a path. `kind` is ``package``, ``receipt``, ``log`` or ``unknown``."""

    kind: str
    findings: Sequence[Finding]
    about: About | None = None
    withheld: int = 0

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings."""
        return overall(self.findings)


def verify(path: Path, trusted: Trusted, *, told: Watcher = nobody) -> Report:
    """Check everything that can be checked. Never raises for what lies at `path`: that is then a finding, ``refused``."""
    try:
        return _verified(path, trusted, told)
    except LedgerInvalid as error:
        return _refused(str(error))
    except OSError as error:
        which = "it" if error.filename is None else shown(str(error.filename))
        return _refused(f"{which} cannot be read to its end: {error.strerror}")
    except Exception as error:  # noqa: BLE001 a verifier answers hostile input in words, whatever it hit upon
        return _refused(f"it is damaged in a way that this program does not know ({type(error).__name__})")


def _refused(why: str) -> Report:
    return Report("unknown", [Finding("refused", Verdict.REFUSED, why)])


def _verified(path: Path, trusted: Trusted, told: Watcher) -> Report:
    if path.is_dir():
        source: Source = Folder(path)
        if is_log_copy(source) and BAGIT not in source.sizes:
            return _log(source, trusted)
        return _package(base_of(source, BAGIT), trusted, told)
    with path.open("rb") as file:
        head = file.read(512)
        if head.startswith(_GZIP) or head[_TAR_AT : _TAR_AT + 5] == b"ustar":
            raise Refused("archives other than zip are not read: unpack it and give the folder")
        if not head.startswith(_ZIP):
            file.seek(0)
            return _receipt(file.read(MAX_RECEIPT_BYTES + 1), trusted)
    return _package(base_of(Zip(path), BAGIT), trusted, told)


def _package(source: Source, trusted: Trusted, told: Watcher) -> Report:
    policy, keys = _policy(source, trusted)
    bag = Bag(source, told)
    findings = bag.check()
    items = Items(source, policy, bag.sha256, bag.tag_manifest_digest)
    findings += items.check()
    findings += check_times(source, trusted.roots)
    notes = [read_whole(source, CHECKPOINT, most=MAX_NOTE_BYTES)] if trusted.held and CHECKPOINT in source.sizes else []
    findings += _held(trusted, policy, notes)
    return Report("package", [*findings, keys], items.about, items.withheld)


def _log(source: Source, trusted: Trusted) -> Report:
    policy, keys = _policy(source, trusted)
    return Report("log", [*check_log_copy(source, policy, trusted.held), keys])


def _receipt(data: bytes, trusted: Trusted) -> Report:
    receipt = parse_receipt(data)
    policy, keys = _chosen(trusted, None)
    held = _held(trusted, policy, checkpoints_of(receipt) if trusted.held else [])
    return Report("receipt", [*check_receipt(receipt, policy), *held, keys])


def _held(trusted: Trusted, policy: Policy, notes: Iterable[bytes]) -> list[Finding]:
    """Whether what is verified is in the log that the user's checkpoints are of; `notes` are its own."""
    if not trusted.held:
        return []
    earlier = Earlier(trusted.held, policy)
    for note in notes:
        # What nobody known signed says nothing of the log; that it is so is told by another check.
        with suppress(LedgerInvalid):
            signed = judge(note, policy).checkpoint
            earlier.compare(signed.origin, signed.size, signed.root)
    return [checked("held", lambda: earlier.told("checkpoints that you hold are of the tree that this is in"))]


def _policy(source: Source, trusted: Trusted) -> tuple[Policy, Finding]:
    """The policy to check with, and what is to be said of whose it is."""
    return _chosen(trusted, read_whole(source, POLICY, most=MAX_POLICY_BYTES) if POLICY in source.sizes else None)


def _chosen(trusted: Trusted, inside: bytes | None) -> tuple[Policy, Finding]:
    if trusted.policy is not None:
        told = "the keys are those that you gave"
        if inside is not None and not hmac.compare_digest(inside, trusted.policy):
            told += f"; {shown(POLICY)} in it says other ones, which were not used"
        return Policy.from_bytes(trusted.policy), Finding("keys", Verdict.PROVED, told)
    if inside is None:
        words = "it brings no keys, and without keys nothing says who signed: give those that you have with --policy"
        return Policy.of([]), Finding("keys", Verdict.NOT_PROVED, words)
    words = "the keys are only those that it brings itself: give those that you have from elsewhere with --policy"
    return Policy.from_bytes(inside), Finding("keys", Verdict.NOT_PROVED, words)
