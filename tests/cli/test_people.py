"""People, tokens and links beside the database: what the commands say of them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.cli import beside
from dems.cli.main import main
from tests.conftest import Team, Time
from tests.invited import Holder
from tests.world import World

Say = Callable[..., str]


@pytest.fixture
def say(dems: Dems, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command beside the database of the tests; what it printed."""

    @contextmanager
    def core() -> Iterator[Dems]:
        with beside.plain_words():
            yield dems

    def run(*arguments: object, code: int = 0) -> str:
        capsys.readouterr()
        assert main([str(a) for a in arguments]) == code
        out, err = capsys.readouterr()
        return out + err

    monkeypatch.setattr(beside, "core", core)
    return run


def test_the_tokens_of_a_person_are_listed_and_none_is_shown(say: Say, world: World, time: Time) -> None:
    del time
    who = world.somebody("investigator")
    secret = say("token", "issue", who.person.email, "--expires", "1d").strip()
    listed: Any = json.loads(say("token", "list", who.person.email, "--json"))
    assert [t["revoked_at"] for t in listed] == [None, None]
    say("token", "revoke", secret)
    table = say("token", "list", who.person.email)
    assert [line.split()[6] for line in table.splitlines()[1:]] == ["works", "revoked"]
    assert secret not in table
    assert say("token", "list", "nobody@example.org", code=1).startswith("Nobody with the address")


def test_revoking_a_token_says_that_links_work_on_and_how_to_end_them(say: Say, dems: Dems, team: Team) -> None:
    Holder.invited(dems, team)
    who = team.investigator.person
    told = say("token", "revoke", team.investigator.token)
    assert f"Links of {who.name} work on (invitations: 1, tokens of intakes: 0, tokens of uploads: 0)." in told
    assert f"dems person links {who.email} --withdraw" in told
    assert say("person", "links", who.email).startswith("At work: invitations: 1,")
    assert json.loads(say("person", "links", who.email, "--withdraw", "--json")) == {
        "invitations": 1,
        "intakes": 0,
        "uploads": 0,
        "withdrawn": True,
    }
    assert say("person", "links", who.email).startswith("At work: invitations: 0,")


def test_a_token_without_links_is_revoked_without_a_word(say: Say, world: World) -> None:
    who = world.somebody("investigator")
    [token] = json.loads(say("token", "list", who.person.email, "--json"))
    assert say("token", "revoke", token["id"]) == ""
    links = json.loads(say("token", "revoke", token["id"], "--json"))
    assert links == {"person_id": str(who.person.id), "links": {"invitations": 0, "intakes": 0, "uploads": 0}}
