"""`dems evidence` and `dems custody`: what is there, its bytes, and what was done to it. Over HTTP."""

import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from dems.cli.chain import Chain
from dems.cli.client import Client, as_uuid, connect, wanted_uuid
from dems.cli.findings import fetch_findings, progress_text, say_findings
from dems.cli.people import Json
from dems.cli.receive import receive
from dems.cli.screen import Failed, say, say_fields, say_json, say_table, shown, size_text
from dems.model.evidence import EvidenceState

evidence = typer.Typer(no_args_is_help=True, help="Items of evidence: what is there, and its bytes.")
custody = typer.Typer(no_args_is_help=True, help="Chains of custody.")

_LOOK_SECONDS = 1.0

_Id = Annotated[str, typer.Argument(metavar="ID", help="The item's id")]


@evidence.command("list")
def list_evidence(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id or reference")],
    state: Annotated[EvidenceState | None, typer.Option(help="Only items in this state")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="First follow the reading of the bytes until it is done")
    ] = False,
    as_json: Json = False,
) -> None:
    """The items of a case, in the order in which they were declared.

    Example: dems evidence list 2021/155555 --state mismatch
    """
    with connect() as client:
        case_id = client.case(case)["id"]
        if watch:
            _watch(client, case_id, as_json=as_json)
            if as_json:
                return
        path = f"/v1/cases/{case_id}/evidence"
        found = list(client.pages(path, **({} if state is None else {"state": state.value})))
    if as_json:
        say_json(found)
        return
    headings = ("exhibit", "state", "integrity", "size", "findings", "name", "id")
    rows = [
        (
            *(i["exhibit_ref"], i["state"], i["integrity"], size_text(i["size"]), i["findings"]),
            *(i["name"] or i["description"], i["id"]),
        )
        for i in found
    ]
    say_table(headings, rows)


def _watch(client: Client, case_id: str, *, as_json: bool) -> None:
    """Say how far the reading of the case's items is, whenever that changes, until none waits."""
    before: dict[str, Any] | None = None
    while True:
        progress = client.get(f"/v1/cases/{case_id}/findings/progress")
        if progress != before:
            if as_json:
                say_json(progress, indent=None)
            else:
                say(progress_text(progress))
            before = progress
        if not progress["counts"]["waiting"]:
            return
        time.sleep(_LOOK_SECONDS)


@evidence.command("show")
def show_evidence(which: _Id, as_json: Json = False) -> None:
    """One item, with its digests, its upload and what was found in its bytes.

    Example: dems evidence show 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11
    """
    with connect() as client:
        item = client.get(f"/v1/evidence/{wanted_uuid(which)}")
        found = fetch_findings(client, item["id"])
    if as_json:
        say_json({**item, "found": found})
    else:
        say_fields(_readable(item))
        say_findings(found)


def _readable(item: dict[str, Any]) -> dict[str, object]:
    apart = {"digests", "upload", "warnings", "invitation", "duplicates"}
    fields: dict[str, object] = {k: v for k, v in item.items() if k not in apart}
    fields |= item["digests"]
    if item["upload"] is not None:
        fields["upload"] = f"{item['upload']['id']} ({item['upload']['state']})"
    if item["invitation"] is not None:
        fields["invitation"] = f"{item['invitation']['id']} ({item['invitation']['recipient']})"
    fields["same bytes"] = ", ".join(d["exhibit_ref"] for d in item["duplicates"])
    fields["warnings"] = ", ".join(item["warnings"])
    return fields


@evidence.command("get")
def get_evidence(
    which: _Id,
    reason: Annotated[str, typer.Option(help="Why you look at it; it is entered in the item's chain")],
    purpose: Annotated[str, typer.Option(help="What for")] = "investigation",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file or folder; - for standard output", show_default=False)
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there")] = False,
    as_json: Json = False,
) -> None:
    """Fetch an item's bytes; the file appears only when they are what was sealed.

    Example: dems evidence get 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11 --reason "Viewing the footage" -o footage.mp4
    """
    with connect() as client:
        got = receive(client, wanted_uuid(which), reason=reason, purpose=purpose, output=output, overwrite=overwrite)
    if got.path is None:
        return
    if as_json:
        say_json({"path": str(got.path), "size": got.size, "sha256": got.sha256})
    else:
        say(f"{shown(got.path)}: {size_text(got.size)}, SHA-256 {got.sha256}, as it was sealed.")


@custody.command("show")
def show_custody(which: _Id, as_json: Json = False) -> None:
    """The chain of one item, checked from its exact bytes: exit 1 if it does not hold.

    Example: dems custody show 019f6b0e-5c1d-7c3a-9a55-2f0d6f0a9b11
    """
    evidence_id = wanted_uuid(which)
    with connect() as client:
        chain = Chain(evidence_id, list(client.pages(f"/v1/evidence/{evidence_id}/custody")))
    _tell(chain, as_json=as_json)


@custody.command("person")
def show_person_custody(
    which: Annotated[str, typer.Argument(metavar="PERSON", help="The person's e-mail address or id")],
    as_json: Json = False,
) -> None:
    """The chain of one person, for auditors: what was done to their record, what they looked at and were denied.

    Example: dems custody person a.khan@example.org
    """
    with connect() as client:
        person_id = as_uuid(which) or _person(client, which)
        chain = Chain(None, list(client.pages(f"/v1/people/{person_id}/custody")))
    _tell(chain, as_json=as_json)


@custody.command("installation")
def show_installation_custody(as_json: Json = False) -> None:
    """The chain of the installation: what belongs to no case and no person.

    Example: dems custody installation
    """
    with connect() as client:
        chain = Chain(None, list(client.pages("/v1/custody")))
    _tell(chain, as_json=as_json)


def _person(client: Client, email: str) -> UUID:
    found = client.get("/v1/people", email=email)["items"]
    if not found:
        raise Failed(f"Nobody with the address {shown(email)} is known.")
    return UUID(found[0]["id"])


def _tell(chain: Chain, *, as_json: bool) -> None:
    problem = chain.problem()
    if as_json:
        say_json({"holds": problem is None, "problem": problem, "entries": chain.entries})
    else:
        for line in chain.lines():
            say(line)
        say(chain.verdict())
    if problem is not None:
        raise typer.Exit(1)
