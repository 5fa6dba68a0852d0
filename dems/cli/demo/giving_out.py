"""The case is given out as a package, which a stranger verifies with one file and the log's key."""

import subprocess
import sys
from pathlib import Path

from dems.cli.demo.cast import Cast
from dems.cli.demo.results import Results
from dems.cli.demo.stage import Stage, environment
from dems.cli.export_fetching import fetch_package
from dems.cli.exports import ended
from dems.cli.screen import shown
from dems.ledger.keys import SigningKey
from dems.ledger.policy import Log, Policy
from dems.package.building import build

RECIPIENT = "Coroner for Greater Manchester South"


def give_out(stage: Stage, cast: Cast, results: Results, case_id: str) -> None:
    """Ask, wait, fetch, and verify in an interpreter that knows nothing of us."""
    results.step(
        "The case is given out: a bag with every item, its chain and the proofs that the chain is in the log",
        "dems export DEMO/1 --recipient …; docs/package.md says what each file in it is",
    )
    body = {"bytes": True, "recipient": RECIPIENT, "reason": "inquest"}
    export = ended(cast.officer, cast.officer.post(f"/v1/cases/{case_id}/exports", body)["id"])
    results.held(f"the package of {export['items']} items is ready", held=export["state"] == "ready")
    if export["state"] != "ready":
        results.line(f"   {shown(export['problem'])}")
        return
    package = fetch_package(cast.officer, export, results.folder / "package.zip", overwrite=True)
    keys = results.folder / "keys-of-the-log.txt"
    keys.write_bytes(_policy(stage))
    program = results.folder / "dems-verify.pyz"
    build(program)
    results.step(
        "A stranger verifies it, offline, with the log's key and one file that needs Python and cryptography alone",
        f"python {program.name} {package.name} --policy {keys.name}",
    )
    done = _verified(program, package, keys)
    for line in done.stdout.splitlines():
        results.line(f"     {shown(line)}")
    results.held("every check of the package is proved", held=_is_proved(done))
    _spoil(package, results, program, keys)
    receipt = results.folder / "receipt.json"
    proved = receipt.exists() and _is_proved(_verified(program, receipt, keys))
    results.held(f"the receipt of whoever had no account is proved too: {receipt.name}", held=proved)


def _spoil(package: Path, results: Results, program: Path, keys: Path) -> None:
    """One bit of one recording, in the middle of the package."""
    data = bytearray(package.read_bytes())
    data[data.index(b"/data/evidence/") + 200] ^= 1
    spoilt = results.folder / "package-with-one-bit-changed.zip"
    spoilt.write_bytes(data)
    done = _verified(program, spoilt, keys)
    told = [line for line in done.stdout.splitlines() if line.startswith("false")]
    for line in told:
        results.line(f"     {shown(line)}")
    results.held(
        "with one bit of it changed it is false, and the file is named", held=bool(told) and done.returncode == 1
    )


def _verified(program: Path, what: Path, keys: Path) -> "subprocess.CompletedProcess[str]":
    """What the one file says, run beside what it is to verify by an interpreter that knows nothing of us."""
    return subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-I", program.name, what.name, "--policy", keys.name],
        cwd=program.parent,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def _is_proved(done: "subprocess.CompletedProcess[str]") -> bool:
    return done.returncode == 0 and done.stdout.splitlines()[-1:] == ["verdict: proved"]


def _policy(stage: Stage) -> bytes:
    """The log's key as its owner gives it to a court, by another way than the package."""
    key = SigningKey.from_bytes((stage.folder / "data" / "ledger-key").read_bytes())
    return Policy.of([Log(key.key)]).to_bytes()
