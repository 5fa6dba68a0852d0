"""The `dems` program."""

from collections.abc import Sequence

import typer

from dems.cli import up
from dems.cli.cases import case
from dems.cli.client import Misused
from dems.cli.evidence import custody, evidence
from dems.cli.people import person, token
from dems.cli.screen import Failed, warn
from dems.cli.upload.command import upload

app = typer.Typer(
    name="dems",
    help="Digital evidence management: write-once storage, verified hashes, a chain of custody that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up.up)
app.command()(up.migrate)
app.command()(up.doctor)
app.command()(up.demo)
app.command()(upload)
app.add_typer(person, name="person")
app.add_typer(token, name="token")
app.add_typer(case, name="case")
app.add_typer(evidence, name="evidence")
app.add_typer(custody, name="custody")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 refused or failed, 2 wrong usage."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="dems")
    except Failed as failure:
        warn(str(failure))
        return 2 if isinstance(failure, Misused) else 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
