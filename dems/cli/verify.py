"""``dems verify``: an exported package, a receipt or a copy of the log, checked offline."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dems.cli.client import Misused


def verify(
    path: Annotated[Path, typer.Argument(help="A package (folder or .zip), a receipt (JSON), or a copy of the log")],
    policy: Annotated[
        Path | None, typer.Option("--policy", help="The keys of the log and of its witnesses that you believe")
    ] = None,
    tsa_root: Annotated[
        Path | None, typer.Option("--tsa-root", help="Certificates (PEM) of the time-stamping authorities you believe")
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="A checkpoint or .tlog-proof that you were given before; may be given again"),
    ] = None,
    *,
    as_json_too: Annotated[bool, typer.Option("--json", help="Print the findings as JSON")] = False,
) -> None:
    """Verify a package, a receipt or a copy of the log, offline: no server, account or database is asked.

    One line for each check and a verdict: proved, not proved (something is absent, nothing is wrong), false, or refused (it was
    not checked: cut off, unreadable or no package).

    Example: dems verify dems-export-….zip --policy keys-from-the-court.txt
    """
    from dems.package.program import WrongFile, as_json, as_text, exit_code, require_readable, trusted_files  # noqa: PLC0415  (others do not wait)
    from dems.package.progress import Progress  # noqa: PLC0415
    from dems.package.verification import verify as verified  # noqa: PLC0415

    try:
        require_readable(path)
        trusted = trusted_files(policy, tsa_root, checkpoint or [])
    except OSError as error:
        raise Misused(f"{error.filename} cannot be read: {error.strerror}") from error
    except WrongFile as error:
        raise Misused(str(error)) from error
    with Progress() as progress:
        report = verified(path, trusted, told=progress)
    sys.stdout.write(as_json(report) if as_json_too else as_text(report))
    raise typer.Exit(exit_code(report))
