"""The commands for people, tokens and cases: answers alone on a line, refusals in one sentence, exit codes."""

from uuid import UUID

from tests.e2e.conftest import REFERENCE, Installation


def test_ids_and_tokens_come_alone_on_a_line(installed: Installation) -> None:
    added = installed.program(
        "person", "add", "Dylan Osei", "--email", "d.osei@example.org", "--role", "disclosure_officer"
    )
    assert added.out == f"{UUID(added.out.strip())}\n"
    issued = installed.dems("token", "issue", "d.osei@example.org", "--expires", "12h", "--json").json
    assert issued["token"].startswith("dems_api_")
    assert installed.program("case", "list", DEMS_TOKEN=issued["token"]).well().count("\n") == 0
    installed.dems("token", "revoke", issued["id"]).well()
    assert "expired or revoked" in installed.dems("case", "list", DEMS_TOKEN=issued["token"]).refused()


def test_a_refusal_is_one_sentence_and_exit_code_1(installed: Installation) -> None:
    again = installed.program("person", "add", "Another", "--email", "A.KHAN@example.org", "--role", "auditor")
    assert again.refused() == "Somebody with this e-mail address is known already."
    assert "known" in installed.dems("token", "issue", "nobody@example.org").refused()
    assert "366 days" in installed.dems("token", "issue", "a.khan@example.org", "--expires", "900d").refused()
    assert "integration" in installed.dems("token", "issue", "a.khan@example.org", "--service").refused()
    taken = installed.dems("case", "open", REFERENCE, "--title", "The same")
    assert taken.refused() == "This reference cannot be used: it is taken."
    assert "no access" in installed.dems("evidence", "list", "no such case").refused()


def test_a_server_that_is_not_there_is_one_sentence(installed: Installation) -> None:
    refusal = installed.dems("case", "list", DEMS_URL="http://127.0.0.1:9").refused()
    assert refusal == "Nothing answers at http://127.0.0.1:9: see that DEMS runs there and that DEMS_URL is right."


def test_wrong_usage_is_exit_code_2(installed: Installation) -> None:
    assert installed.dems("person", "add", "X", "--email", "x@example.org", "--role", "king").code == 2
    assert installed.dems("person", "add", "X", "--email", "not an address", "--role", "auditor").code == 2
    assert installed.dems("token", "issue", "a.khan@example.org", "--expires", "soon").code == 2
    assert installed.dems("evidence", "show", "not-an-id").code == 2
    assert installed.dems("case", "list", DEMS_TOKEN="").refused(2).startswith("Set DEMS_TOKEN")
    assert installed.program("no-such-command").code == 2


def test_a_case_is_found_by_its_reference_or_its_id(installed: Installation) -> None:
    listed = installed.dems("case", "list", "--json").json
    assert [c["id"] for c in listed if c["reference"] == REFERENCE] == [installed.case_id]
    for name in (REFERENCE, installed.case_id):
        installed.dems("evidence", "list", name).well()
