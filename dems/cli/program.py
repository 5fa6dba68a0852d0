"""The commands of the `dems` program."""

import typer

from dems.cli import lives, up
from dems.cli.approvals import approvals
from dems.cli.backup.command import backup, restore
from dems.cli.cases import case
from dems.cli.clocks import clocks, due
from dems.cli.events import events
from dems.cli.evidence import custody, evidence
from dems.cli.exports import export
from dems.cli.invitations import announcements, invitation
from dems.cli.ledger import ledger
from dems.cli.measures import measures
from dems.cli.people import person, token
from dems.cli.search import search
from dems.cli.upload.command import upload
from dems.cli.verify import verify

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
app.command()(backup)
app.command()(restore)
app.command()(up.demo)
app.command("seed-demo")(up.seed_demo)
app.command()(upload)
app.command()(announcements)
app.command()(due)
app.command()(search)
app.command()(events)
app.command()(measures)
app.command()(verify)
case.command("show")(lives.show_case)
case.command("facts")(lives.list_facts)
case.command("record")(lives.record_milestone)
case.command("load")(lives.load_history)
app.add_typer(person, name="person")
app.add_typer(token, name="token")
app.add_typer(case, name="case")
app.add_typer(clocks, name="clocks")
app.add_typer(invitation, name="invitation")
app.add_typer(evidence, name="evidence")
app.add_typer(custody, name="custody")
app.add_typer(ledger, name="ledger")
app.add_typer(export, name="export")
app.add_typer(approvals, name="approvals")
