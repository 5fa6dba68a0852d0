"""`dems case clocks`, `dems case letter` and `dems due`: dates, and why they are so, over HTTP. `dems clocks verify`: beside
the database.
"""

from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import typer

from dems.cli.cases import case
from dems.cli.client import check, connect
from dems.cli.people import Json
from dems.cli.screen import say, say_json, say_table, warn

clocks = typer.Typer(no_args_is_help=True, help="The rows by which clocks are listed and counted.")

_AT_ONCE = 500
"""Cases that are looked at in one transaction."""

_Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's id or reference")]


@case.command("clocks")
def list_clocks(
    which: _Case,
    why: Annotated[bool, typer.Option("--why", help="Say of each clock all that made it stand as it does")] = False,
    as_json: Json = False,
) -> None:
    """Every clock of a case: when it started, when it is due, how long it has run.

    Example: dems case clocks 2021/155555 --why
    """
    with connect() as client:
        found = list(client.pages(f"/v1/cases/{client.case(which)['id']}/clocks"))
    if as_json:
        say_json(found)
        return
    started = [c for c in found if c["started"] is not None]
    if why:
        for clock in started:
            say("\n".join([*clock["explanation"], ""]))
        return
    headings = ("clock", "state", "started", "due", "stopped", "elapsed", "remaining")
    say_table(headings, [_row(c) for c in started])


def _row(clock: dict[str, Any]) -> tuple[str, ...]:
    ran = f"{clock['elapsed']} {clock['elapsed_in']}"
    left = "" if clock["remaining"] is None else str(clock["remaining"])
    dates = (clock[name] or "" for name in ("started", "due", "stopped"))
    return (clock["definition"]["id"], clock["state"].replace("_", " "), *dates, ran, left)


def due(
    by: Annotated[str | None, typer.Option(help="Dates up to and including this one: 2026-12-24")] = None,
    which: Annotated[str | None, typer.Option("--case", help="Only of this case, by its id or reference")] = None,
    statutory: Annotated[bool, typer.Option("--statutory", help="Only statutory dates")] = False,
    as_json: Json = False,
) -> None:
    """What is due in the cases that you may know of, earliest first; overdue dates come before the others.

    Example: dems due --statutory --by 2026-12-24
    """
    wanted = {} if by is None else {"by": by}
    if statutory:
        wanted["nature"] = "statutory"
    with connect() as client:
        if which is not None:
            wanted["case"] = client.case(which)["id"]
        found = list(client.pages("/v1/due", **wanted))
    if as_json:
        say_json(found)
        return
    headings = ("due", "days", "state", "case", "clock")
    say_table(headings, [(d["due"], str(d["days"]), d["state"], d["case_reference"], d["title"]) for d in found])


@case.command("letter")
def draft_letter(
    which: _Case,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the document goes: a name in .pdf or .docx")],
    authority_is_chief_officer: Annotated[bool, typer.Option(help="The appropriate authority is a chief officer")],
    chief_officer_is_subject: Annotated[
        bool, typer.Option(help="The chief officer is the subject of the investigation")
    ],
    regulation: Annotated[Literal["13", "19"], typer.Option(help="19 where the force leads")] = "13",
    period: Annotated[int | None, typer.Option(help="From 1; the first that is owed, if left out", min=1)] = None,
    progress: Annotated[str | None, typer.Option(help="How the investigation has come along")] = None,
    estimate: Annotated[str | None, typer.Option(help="When it is expected to be concluded")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it takes as long")] = None,
    planned_steps: Annotated[str | None, typer.Option(help="What is planned")] = None,
    as_json: Json = False,
) -> None:
    """Draft a report on timeliness and write it as PDF or DOCX. What is left out is shown as missing; nothing is sent.

    Example: dems case letter 2021/155555 -o report.docx --authority-is-chief-officer --no-chief-officer-is-subject
    --progress "Twelve of fourteen witnesses have been heard."
    """
    kind = output.suffix.lower().removeprefix(".")
    if kind not in {"pdf", "docx"}:
        raise typer.BadParameter("a report is written as .pdf or .docx", param_hint="--output")
    said = {"progress": progress, "estimate": estimate, "reason": reason, "planned_steps": planned_steps}
    body = {
        "clock": "timeliness-report" if regulation == "13" else "force-timeliness-report",
        "period": period,
        "authority_is_chief_officer": authority_is_chief_officer,
        "chief_officer_is_subject": chief_officer_is_subject,
        **{name: text for name, text in said.items() if text is not None},
    }
    with connect() as client:
        path = f"/v1/cases/{client.case(which)['id']}/timeliness-reports"
        made = client.post(path, body, key=str(uuid4()))
        with client.stream(f"{path}/{made['id']}/document?format={kind}", {}) as answer:
            answer.read()
            check(answer)
            output.write_bytes(answer.content)
    if as_json:
        say_json(made)
    else:
        say(made["id"])
    if not made["complete"]:
        warn(f"Not complete: {', '.join(part.replace('_', ' ') for part in made['missing'])} is still to be written.")


@clocks.command("verify")
def verify_clocks(as_json: Json = False) -> None:
    """Compare the row of every clock of every case with what its facts and the rules say now.

    Names each that says otherwise, and ends with 1 then. It changes nothing: every night the rows are made anew.

    Example: dems clocks verify
    """
    from dems.cli.beside import core  # noqa: PLC0415  (client commands do not wait for its imports)
    from dems.ports import Page  # noqa: PLC0415

    wrong: list[str] = []
    with core() as dems:
        said, after = dems.timeliness.verify(Page(_AT_ONCE))
        wrong += said
        while after is not None:
            said, after = dems.timeliness.verify(Page(_AT_ONCE, after))
            wrong += said
    if as_json:
        say_json({"held": not wrong, "wrong": wrong})
    else:
        say("\n".join(wrong) or "The row of every clock is what facts and rules say.")
    if wrong:
        raise typer.Exit(1)
