"""`dems ledger …`: the custody log, checked beside the database and copied over HTTP; the key that signs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dems.cli.people import Json
from dems.cli.screen import Failed, say, say_json, warn

if TYPE_CHECKING:
    from dems.ledger.checkpoint import Checkpoint
    from dems.ledger.keys import VerifierKey

ledger = typer.Typer(
    no_args_is_help=True, help="The custody log: checked as a whole, copied, and the key that signs it."
)

Key = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="VKEY", help="The log's public key as you were told it; else the database's word for it"
    ),
]


Held = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="A checkpoint or .tlog-proof of the log that you hold: the log must go on from it, and still reach it",
    ),
]


@ledger.command()
def fsck(
    key: Key = None,
    database: Annotated[bool, typer.Option(help="Derive the log anew from the database")] = True,
    bucket: Annotated[bool, typer.Option(help="Derive the log anew from the ledger bucket alone")] = True,
    checkpoint: Held = None,
    as_json: Json = False,
) -> None:
    """Derive the whole log anew, from the database and from the ledger bucket alone, and compare both with every checkpoint kept.

    Names the first entry that differs, and ends with 1 then. It changes nothing.

    Example: dems ledger fsck --key 'dems.example/ledger+c2bb1a4e+AVTT…'
    """
    from dems.bootstrap.ledger import FSCK_BUCKET, FSCK_DATABASE  # noqa: PLC0415  (client commands do not wait for it)
    from dems.cli.beside import core  # noqa: PLC0415
    from dems.ledger.invalid import Malformed  # noqa: PLC0415
    from dems.ledger.keys import VerifierKey  # noqa: PLC0415

    try:
        keys = [] if key is None else [VerifierKey.from_text(key)]
    except Malformed as error:
        raise Failed(f"--key is no public key of a log ({error}): it looks like `name+0123abcd+base64`.") from error
    with core() as dems:
        kept = dems.ledger.kept(*keys)
        held = None if checkpoint is None else held_checkpoint(checkpoint, kept.keys)
        found = {}
        if database:
            found[FSCK_DATABASE] = dems.ledger.check_database(kept, held=held)
        if bucket:
            found[FSCK_BUCKET] = dems.ledger.check_bucket(kept, held=held)
    if as_json:
        say_json({name: {"held": check.held, **check.figures()} for name, check in found.items()})
    else:
        for name, check in found.items():
            say(f"{name}: {'holds' if check.held else 'DOES NOT HOLD'}: {check.words()}")
        if key is None:
            warn("The log's public key was taken from the database. Name the one that you were told with --key.")
    if not all(check.held for check in found.values()):
        raise typer.Exit(1)


def held_checkpoint(path: Path, keys: "Sequence[VerifierKey]") -> "Checkpoint":
    """The checkpoint in a file, signed by one of these keys. Raises `Failed` with what to do."""
    from dems.ledger.invalid import LedgerInvalid  # noqa: PLC0415  (client commands do not wait for it)
    from dems.ledger.judgement import judge  # noqa: PLC0415
    from dems.ledger.policy import Log, Policy  # noqa: PLC0415
    from dems.ledger.tlogproof import note_of  # noqa: PLC0415

    try:
        return judge(note_of(path.read_bytes()), Policy.of([Log(key) for key in keys])).checkpoint
    except OSError as error:
        raise Failed(f"--checkpoint {path} cannot be read: {error.strerror}.") from error
    except LedgerInvalid as error:
        raise Failed(f"--checkpoint {path} is no checkpoint that this log's key signed: {error}.") from error


@ledger.command()
def copy(
    folder: Annotated[Path, typer.Argument(help="A copy that is brought up to date, or a new or empty folder")],
    as_json: Json = False,
) -> None:
    """Hold a copy of the log, which its owner cannot change any more: as an auditor, or as anyone where the log is public.

    Run it again and again, and `dems verify FOLDER` after it: that compares the entries with every checkpoint seen so far.

    Example: dems ledger copy our-copy-of-the-log
    """
    from dems.cli.client import connect  # noqa: PLC0415  (other commands do not wait for it)
    from dems.cli.log_copying import copy_log  # noqa: PLC0415

    with connect(as_anyone=True) as client:
        copied = copy_log(client, folder)
    if as_json:
        say_json({"entries": copied.entries, "new": copied.new})
    else:
        say(f"{copied.entries} entries, {copied.new} of them new")


@ledger.command()
def key(as_json: Json = False) -> None:
    """The public key that signs the log, to be given to whoever will check it. Write it down where no one can change it.

    Example: dems ledger key
    """
    from dems.cli.beside import core  # noqa: PLC0415  (client commands do not wait for its imports)

    with core() as dems:
        known = [each.to_text() for each in dems.ledger.observe.signers()]
    if not known:
        raise Failed("The log was not signed yet: start `dems up`, or the services `sequencer` and `signer`.")
    if as_json:
        say_json({"key": known[0]})
    else:
        say(known[0])
