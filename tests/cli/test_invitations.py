"""`dems invitation`, `dems announcements` and the chains that auditors read, against the real API."""

import json
from typing import Any

import pytest

from dems.cli.main import main
from dems.cli.sizes import size
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import INSTALLATION
from tests.cli.desk import Desk
from tests.world import World

ASKED = [
    *("--asked-for", "Footage of the custody desk, 3 March"),
    *("--recipient", "Northshire Police"),
    *("--contact", "DI Jane Moss, 020 7946 0000"),
    *("--exhibit-prefix", "NP"),
]


def said(desk: Desk, *arguments: object, code: int = 0) -> str:
    """What a command prints."""
    desk.capsys.readouterr()
    ended = main([str(a) for a in arguments])
    out, desk.err = desk.capsys.readouterr()
    assert ended == code, desk.err + out
    return out


def told(desk: Desk, *arguments: object) -> Any:
    return json.loads(said(desk, *arguments, "--json"))


def test_an_invitation_is_made_used_listed_and_withdrawn(desk: Desk) -> None:
    reference = desk.team.case.reference
    link = said(desk, "invitation", "make", reference, *ASKED, "--max-files", 3, "--max-size", "2MB", "--expires", "2d")
    assert link.startswith(f"{str(desk.http.base_url).rstrip('/')}/i#dems_in_")
    assert link.count("\n") == 1, "alone on one line"
    assert "Northshire Police" in desk.err
    source = desk.tmp_path / "sent"
    source.mkdir()
    (source / "a.txt").write_bytes(b"abc")
    desk.run("upload", "--invitation", link.strip(), source, "--json")
    [listed] = told(desk, "invitation", "list", reference)
    assert (listed["max_files"], listed["max_bytes"], listed["sent_files"]) == (3, 2_000_000, 1)
    assert "dems_in_" not in json.dumps(listed), "shown once"
    table = said(desk, "invitation", "list", reference).splitlines()
    assert "1 of 3" in table[1]
    assert "open until" in table[1]
    [heard] = told(desk, "announcements")
    assert heard["text"] == "1 file (3 bytes) arrived under the invitation to Northshire Police."
    assert heard["text"] in said(desk, "announcements")
    item = told(desk, "evidence", "show", desk.items()[0]["id"])
    assert item["invitation"] == {"id": listed["id"], "recipient": "Northshire Police"}
    assert f"{listed['id']} (Northshire Police)" in said(desk, "evidence", "show", item["id"])
    assert said(desk, "invitation", "revoke", reference, listed["id"]) == ""
    assert "withdrawn" in said(desk, "invitation", "list", desk.case_id)
    assert desk.run("upload", "--invitation", link.strip(), source, "--json", code=1) is not None
    assert "withdrawn" in desk.err + json.dumps(desk.items())


def test_all_of_it_for_programs(desk: Desk) -> None:
    made = told(desk, "invitation", "make", desk.case_id, *ASKED, "--source", "The force")
    assert made["url"].endswith(made["invitation_token"])
    assert (made["max_files"], made["max_bytes"], made["source"]) == (100, 20 * 10**9, "The force")


@pytest.mark.parametrize("wrong", [("--max-size", "lots"), ("--max-size", "0"), ("--expires", "soon")])
def test_what_is_no_size_and_no_time_is_wrong_usage(desk: Desk, wrong: tuple[str, str]) -> None:
    said(desk, "invitation", "make", desk.case_id, *ASKED, *wrong, code=2)
    assert wrong[1] in desk.err


def test_sizes_are_read_as_they_are_written() -> None:
    sizes = {"1": 1, "500kB": 500_000, "20 GB": 20 * 10**9, "1.5TB": 1_500_000_000_000, "7B": 7}
    assert {text: size(text) for text in sizes} == sizes
    for wrong in ("", "x", "-1", "0", "0.5", "1.5B", "1e3", "20gb", "20 PB"):
        with pytest.raises(ValueError, match="is not a size"):
            size(wrong)


def test_an_auditor_reads_the_chains_of_a_person_and_of_the_installation(desk: Desk, world: World) -> None:
    auditor, person = world.somebody("auditor"), desk.team.investigator.person
    desk.monkeypatch.setenv("DEMS_TOKEN", auditor.token)
    for which in (person.email, person.id):
        lines = said(desk, "custody", "person", which).splitlines()
        assert "person.add" in lines[0]
        assert lines[-1].endswith("chain holds")
    assert told(desk, "custody", "person", person.id)["holds"] is True
    said(desk, "custody", "person", "nobody@example.org", code=1)
    assert "Nobody with the address nobody@example.org" in desk.err
    with desk.dems.transaction() as tx:
        tx.custody.append(tx.authorise(system(), Act.ORPHAN_REPORT), INSTALLATION, facts={"orphans": []})
    assert said(desk, "custody", "installation").splitlines()[-1].endswith("chain holds")
    desk.monkeypatch.setenv("DEMS_TOKEN", desk.team.investigator.token)
    said(desk, "custody", "person", person.id, code=1)
