"""R03 tells nobody without a clearance which items are sensitive: neither by a message nor by refusing at all."""

from dataclasses import replace

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    Handling,
    LeakCleared,
    NeedsClearance,
    PiiKind,
    Presumed,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    SensitiveInformation,
    SourceChecked,
    Used,
)
from dems.model.disclosure.recording import decide
from dems.model.disclosure.visibility import seen_by
from dems.model.people import Clearance
from tests.model.disclosing import DEPUTY, GRANTS, NOT_SENSITIVE, NOW, SENSITIVE, Desk, item
from tests.model.disclosure_steps import considered, order

RELEVANT = Relevant(relevant=True)


@pytest.mark.parametrize(
    "content",
    [
        RELEVANT,
        Used(used=False),
        Described("Account that a neighbour gave at her door", "Store A"),
        SENSITIVE,
        NOT_SENSITIVE,
        SensitiveInformation(holds=True),
        Privilege(PrivilegeState.SUSPECTED),
        considered(),
        AgainstTest(Result.MEETS),
        Presumed("RP1"),
        NeedsClearance(Clearance.PII),
        SourceChecked("Account that a neighbour gave at her door", names_no_source=True),
        LeakCleared(("x",)),
        Handled(Handling.DISCLOSED),
        Handled(Handling.WITHHELD, "PII/1"),
    ],
    ids=repr,
)
def test_r03_whoever_lacks_a_clearance_is_answered_alike_of_every_item(content: Content) -> None:
    desk = Desk()
    desk.change(grants=[g for g in GRANTS if g.person_id != DEPUTY or not isinstance(g.name, Clearance)])
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.item(3, SENSITIVE)
    desk.decide(item(3), order(PiiKind.WITHOUT_NOTICE), Handled(Handling.WITHHELD, "PII/1"))
    answers = []
    for number in (1, 2, 3):
        shown = seen_by(desk.file, frozenset()).record.stands(item(number), type(content))
        named = replace(
            desk.decision(item(number), content, desk.acting(DEPUTY)), replaces=None if shown is None else shown.id
        )
        try:
            decide(desk.file, (named,), NOW)
            answers.append([("decided", "")])
        except DisclosureRulesBroken as no:
            answers.append([(p["rule"], p["message"]) for p in no.data["problems"]])
    assert answers[0] == answers[1] == answers[2]
