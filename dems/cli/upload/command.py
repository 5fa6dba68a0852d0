"""The command: what is meant is found, declared and sent, and then waited for until every item is sealed."""

import json
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from dems.cli.client import Misused
from dems.cli.people import Json
from dems.cli.screen import Failed, shown
from dems.cli.upload.asking import Asking
from dems.cli.upload.batches import Batches
from dems.cli.upload.declaring import Declaring
from dems.cli.upload.files import Stand
from dems.cli.upload.finishing import Finishing
from dems.cli.upload.holdings import Holdings
from dems.cli.upload.listing import Listing
from dems.cli.upload.memory import remembered
from dems.cli.upload.patience import Patience
from dems.cli.upload.plan import Plan
from dems.cli.upload.progress import Bars
from dems.cli.upload.recognising import Recognising
from dems.cli.upload.sending import Ended, Sending
from dems.cli.upload.target import Target, a_case, an_invitation
from dems.cli.upload.telling import Telling
from dems.cli.upload.transport import Transport, Ways
from dems.cli.upload.walk import Found, LeftOut, walk

_ROUNDS = 4
_AT_ONCE = 2000
_NOT_LISTED = "it is not in the CSV file"


def upload(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="The case's id or reference; none with --invitation")
    ] = None,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", help="Files and folders; symbolic links are not followed")
    ] = None,
    exhibit_prefix: Annotated[
        str | None,
        typer.Option(help="Exhibits become PREFIX/1, PREFIX/2, …; else your initials are taken", show_default=False),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where the files come from")] = None,
    description: Annotated[
        str | None, typer.Option(help="What they are, in words that mean something to a stranger")
    ] = None,
    transport: Annotated[
        Transport,
        typer.Option(help="How the bytes go: straight to the store, through DEMS, or as it turns out to be possible"),
    ] = Transport.AUTO,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="How many files and parts are sent at once")] = 8,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Take only the files it lists: a CSV with the columns path and, if wanted, exhibit_ref, description, "
            "source, obtained_at, obtained_by",
            show_default=False,
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take in as a further item what the case has already, unless sent from here")
    ] = False,
    invitation: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="DEMS_INVITATION",
            help="The link that you were given: it needs no account. With - it is asked for, and not shown; on the command "
            "line others can see it, and the shell keeps it",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take files into a case, and wait until each is sealed. After any interruption run the same command again.

    A file is not taken in twice: one that was sent from here before is known by its path, size, times, device and inode,
    and where one of these differs by its SHA-256; one of which the case has an item with the same name, size and SHA-256 is
    reported as there already. An item that was begun for another file, or described otherwise, is given up and named.

    Example: dems upload 2021/155555 ./custody-suite --exhibit-prefix ABC --source "Custody suite server"
    """
    described = {k: v for k, v in (("source", source), ("description", description)) if v is not None}
    given = [*([Path(case)] if case and invitation else []), *(paths or [])]
    if not given or not (case or invitation):
        raise Misused("Say what to take in: dems upload CASE PATH…, or dems upload --invitation URL PATH…")
    if invitation and exhibit_prefix:
        raise Misused("Whoever invited you numbers the exhibits: leave --exhibit-prefix out.")
    place = an_invitation(invitation, described) if invitation else a_case(str(case), exhibit_prefix, described)
    with place as target, remembered(target.whose) as connection, Bars() as bars:
        plan = Plan(connection, target.opening)
        _Run(target, plan, bars, transport, jobs, as_json=as_json).over(given, csv, again=again)


class _Run:
    def __init__(
        self, target: Target, plan: Plan, bars: Bars, transport: Transport, jobs: int, *, as_json: bool
    ) -> None:
        self._target = target
        self._plan = plan
        self._bars = bars
        self._tell = Telling(plan, bars, as_json=as_json)
        self._patience = Patience(bars.note)
        asking = Asking(target.client, self._patience, {})
        self._batches = Batches(plan, asking.time)
        for intake, token in self._batches.tokens().items():
            asking.learn(intake, token)
        self._recognising = Recognising(plan, asking, self._tell)
        self._holdings = Holdings(plan, asking, self._recognising, target.case_id, target.where)
        self._declaring = Declaring(
            plan,
            asking,
            self._tell,
            case_id=target.case_id,
            where=target.where,
            opening=target.opening,
        )
        self._ways = Ways(transport, asking, self._patience, bars.note, jobs)
        self._sending = Sending(plan, asking, self._ways, self._patience, self._tell, bars, jobs)
        look, settle = self._declaring.look, self._recognising.settle
        self._finishing = Finishing(plan, asking, self._patience, self._tell, look, settle, target.case_id)

    def over(self, paths: Sequence[Path], table: Path | None, *, again: bool) -> None:
        """Ends the command with exit code 1 if anything failed."""
        ended: Failed | None = None
        try:
            self._find(paths, table, again=again)
            try:
                self._take_in(again=again)
            except Ended as end:
                ended = end.why
            except Failed as failure:
                ended = failure
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # pressed once more, it ends without ceremony
            raise
        finally:
            self._patience.stop()
            self._sending.close()
            self._ways.close()
        self._bars.stop()
        self._tell.summary(ended)
        if self._plan.counts()[0] == 0:
            raise Failed(f"No files found in {', '.join(shown(p) for p in paths)}.")

    def _find(self, paths: Sequence[Path], table: Path | None, *, again: bool) -> None:
        self._bars.doing("looking at the files")
        with self._plan.writing():
            if again:
                self._plan.take_in_again()
            elsewhere = self._target.where is not None
            listing = None if table is None else Listing(self._plan.db, table, paths, numbered_elsewhere=elsewhere)
        for some in _by(_AT_ONCE, walk(paths)):
            with self._plan.writing():
                for met in some:
                    self._met(met, listing)
        if listing is not None:
            with self._plan.writing():
                for path in listing.not_met():
                    self._tell.left_out(LeftOut(path, "is in the CSV file and is gone", failure=True))

    def _met(self, met: Found | LeftOut, listing: Listing | None) -> None:
        if isinstance(met, LeftOut):
            self._tell.left_out(met)
            return
        listed = "{}" if listing is None else listing.describes(met.path)
        if listed is None:
            self._tell.left_out(LeftOut(met.path, _NOT_LISTED, failure=False))
        else:
            self._plan.see(met, json.dumps({**self._target.described, **json.loads(listed)}))

    def _take_in(self, *, again: bool) -> None:
        self._bars.doing("seeing what is there already")
        self._declaring.what_was_begun()
        self._recognising.settle()
        self._recognising.done_before()
        if not again:
            self._holdings.compare()
        self._recognising.settle()
        self._recognising.go_on()
        self._recognising.leave_what_was_begun()
        with self._plan.writing():
            for file in self._plan.files(Stand.SEALED, Stand.SENT):
                if file.stand is Stand.SEALED or file.theirs == file.sha256:
                    self._tell.already(file)
                if file.stand is Stand.SEALED:
                    self._plan.over(file.id)
        for _ in range(_ROUNDS):
            self._bars.doing("declaring the files")
            self._declaring.all()
            self._bars.to_send(*self._plan.under_way())
            self._sending.all()
            self._finishing.all()
            if next(self._plan.files(Stand.NEW, Stand.DECLARED), None) is None:
                break
        with self._plan.writing():
            for file in self._plan.files(Stand.NEW, Stand.DECLARED):
                self._tell.failed(
                    file, file.reason or "Its bytes did not get to the store: run the same command again."
                )
                self._plan.over(file.id)
            self._batches.done_with_what_is_sealed()


def _by(count: int, things: Iterable[Found | LeftOut]) -> Iterable[list[Found | LeftOut]]:
    some: list[Found | LeftOut] = []
    for thing in things:
        some.append(thing)
        if len(some) == count:
            yield some
            some = []
    yield some
