"""Rules about lists of material, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date

import pytest

from dems.model.disclosure.causes import ChangedFindings
from dems.model.disclosure.certifying_lists import broken_in
from dems.model.disclosure.contents import Described, LeakCleared, Level, SensitiveInformation, Used
from dems.model.disclosure.contents_of_lists import (
    HarmTested,
    Onward,
    Owned,
    Paginated,
    ProposedOnward,
    Supply,
)
from dems.model.disclosure.forms import Field
from dems.model.disclosure.material import Marking
from tests.model.disclosing import SENSITIVE, Desk, digest, evidence_id, item, material
from tests.model.disclosure_steps import refused
from tests.model.listing import SUPPLIED, WITHHELD, Exhibits, Inquest, Misconduct

IN_PART = replace(SENSITIVE, level=Level.IN_PART)


# --- R10, R34 ---


def test_r10_the_exhibit_list_tells_nothing_of_the_test() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    desk.decide(item(1), Described("Statement that undermines the first account", "Store A"))
    assert desk.refused() == {("R10", "row", "MG12 1")}
    desk.decide(item(1), Described("Statement of the custody sergeant of that night", "Store A"))
    assert desk.certified().rows


def test_r34_what_may_not_be_kept_here_is_on_no_list_that_is_certified() -> None:
    desk = Misconduct()
    desk.document(1, marking=Marking.SECRET)
    desk.document(2)
    desk.add(material(9, marking=Marking.SECRET))
    assert ("R34", "item", str(evidence_id(1))) in desk.refused()


# --- R38 ---


@pytest.mark.parametrize("desk", [Exhibits, Misconduct, Inquest])
def test_r38_section_21a_information_leaves_under_an_authority_only(
    desk: type[Exhibits | Misconduct | Inquest],
) -> None:
    made = desk()
    if isinstance(made, Exhibits):
        made.exhibit(1)
    elif isinstance(made, Misconduct):
        made.document(1)
    else:
        made.page(1, 1, 2)
    made.decide(item(1), SensitiveInformation(holds=True))
    assert made.refused() == {("R38", "row", f"{made.form.value} 1")}
    made.decide(
        item(1), SensitiveInformation(holds=True, authority="Written authority of the Director General, 4 March 2026")
    )
    assert made.certified().rows


def test_r38_what_is_withheld_does_not_leave() -> None:
    desk = Misconduct()
    desk.document(1, WITHHELD)
    desk.decide(item(1), SensitiveInformation(holds=True))
    assert desk.certified().rows


# --- R50 ---


def test_r50_every_document_has_a_harm_test_before_the_list_is_certified() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.plain(2)
    assert desk.refused() == {("R50", "row", "Document list 2")}
    desk.decide(item(2), WITHHELD)
    assert [r.copied is None for r in desk.certified().rows] == [False, True]


@pytest.mark.parametrize(
    "tested",
    [
        replace(WITHHELD, grounds=()),
        replace(WITHHELD, grounds=("embarrassment",)),
        replace(WITHHELD, adverse_effect=" "),
        replace(WITHHELD, significant=False),
        replace(WITHHELD, regulation="conduct_7"),
        replace(WITHHELD, decided_by=""),
        replace(SUPPLIED, grounds=("welfare",)),
        replace(SUPPLIED, significant=True),
    ],
)
def test_r50_a_harm_test_that_does_not_say_what_it_rests_on_is_refused(tested: HarmTested) -> None:
    desk = Misconduct()
    desk.plain(1)
    assert refused(desk, tested, desk.acting()) == ["R50"]


def test_r50_the_harm_test_is_of_misconduct_proceedings() -> None:
    desk = Desk()
    desk.item(1)
    assert refused(desk, SUPPLIED, desk.acting()) == ["R50"]


# --- R53 ---


def test_r53_what_interested_persons_are_to_get_is_proposed_for_each_document() -> None:
    desk = Inquest()
    desk.page(1, 1, 2)
    desk.plain(2)
    assert desk.refused() == {("R53", "row", "Inquest index 2")}
    desk.decide(item(2), ProposedOnward(Onward.EDITED))
    assert desk.refused() == {("R53", "row", "Inquest index 2")}
    desk.edited(12, 2)
    [_, copied] = [r.copied for r in desk.certified().rows]
    assert copied is not None
    assert copied.subject == item(12)


@pytest.mark.parametrize(
    "proposed",
    [ProposedOnward(Onward.NOT), ProposedOnward(Onward.NOT, "awkward"), ProposedOnward(Onward.WHOLE, "irrelevant")],
)
def test_r53_a_ground_is_one_of_rule_15_and_only_of_what_they_are_not_to_get(proposed: ProposedOnward) -> None:
    desk = Inquest()
    desk.plain(1)
    assert refused(desk, proposed, desk.acting()) == ["R53"]
    desk.decide(item(1), ProposedOnward(Onward.NOT, "irrelevant"))


def test_r53_interested_persons_are_of_inquests() -> None:
    desk = Misconduct()
    desk.plain(1)
    assert refused(desk, ProposedOnward(Onward.WHOLE), desk.acting()) == ["R53"]


# --- R56 ---


def test_r56_whoever_it_belongs_to_was_asked_before_it_goes_on() -> None:
    misconduct, inquest = Misconduct(), Inquest()
    misconduct.document(1)
    misconduct.document(2, WITHHELD)
    inquest.page(1, 1, 2)
    for desk in (misconduct, inquest):
        for number in (1, 2) if desk is misconduct else (1,):
            desk.decide(item(number), Owned("Westshire NHS Trust"))
        assert desk.refused() == {("R56", "row", f"{desk.form.value} 1")}
        desk.decide(item(1), Owned("Westshire NHS Trust", date(2026, 2, 27)))
        assert desk.certified().rows


# --- LISTS ---


def test_lists_every_exhibit_is_produced_by_somebody() -> None:
    desk = Exhibits()
    desk.plain(1)
    desk.decide(item(1), Used(used=True))
    assert desk.refused() == {("LISTS", "row", "MG12 1")}


def test_lists_nothing_sensitive_is_an_exhibit_but_its_edited_version_may_be() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    desk.decide(item(1), IN_PART)
    assert ("LISTS", "row", "MG12 1") in desk.refused()
    desk.decide(item(1), Used(used=False))
    desk.exhibit(11, edited=True, derived_from=evidence_id(1), redaction_set="RS/1")
    assert [dict(r.cells)[Field.REFERENCE] for r in desk.certified().rows] == ["ABC/11"]


def test_lists_nothing_sensitive_is_passed_on() -> None:
    misconduct, inquest = Misconduct(), Inquest()
    misconduct.document(1)
    inquest.page(1, 1, 2)
    for desk in (misconduct, inquest):
        desk.decide(item(1), SENSITIVE)
        assert desk.refused() == {("LISTS", "row", f"{desk.form.value} 1")}
    misconduct.decide(item(1), WITHHELD)
    inquest.decide(item(1), ProposedOnward(Onward.NOT, "prohibited"))
    assert misconduct.certified().rows
    assert inquest.certified().rows


def test_lists_each_page_is_of_one_document() -> None:
    desk = Inquest()
    desk.page(1, 1, 10)
    desk.page(2, 11, 11)
    desk.page(3, 5, 5)
    desk.page(4, 7, 7)
    desk.page(5, 1, 10, "B")
    assert desk.refused() == {("LISTS", "row", "Inquest index 2"), ("LISTS", "row", "Inquest index 3")}
    desk.decide(item(3), Paginated("A", 12, 12))
    desk.decide(item(4), Paginated("A", 13, 20))
    assert len(desk.certified().rows) == 5


# --- GUARD, REOPENED ---


def test_guard_an_exhibit_does_not_describe_what_is_sensitive() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    desk.item(2, SENSITIVE)
    desk.decide(item(1), Described("Account 2 that a neighbour gave in secret", "Store A"))
    assert {rule for rule, _, _ in desk.refused()} == {"GUARD"}
    hits = tuple(b.hit for b in broken_in(desk.file, desk.drafted()) if b.hit is not None)
    desk.decide(item(1), LeakCleared(hits))
    assert desk.certified().rows


def test_guard_a_number_that_something_sensitive_left_behind_is_answered_for() -> None:
    desk = Exhibits()
    desk.exhibit(1)
    desk.exhibit(2)
    desk.certified()
    desk.decide(item(1), Used(used=False), SENSITIVE)
    assert ("GUARD", "row", "MG12 1") in desk.refused()


def test_guard_what_the_officer_gets_has_not_the_bytes_of_what_is_withheld_unless_it_is_its_edited_version() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, WITHHELD, digest=digest(1))
    assert desk.refused() == {("GUARD", "row", "Document list 1")}
    desk.add(material(2))
    desk.decide(item(2), Described("Letter of the neighbour to the station", "Store A"))
    desk.edited(12, 2)
    desk.decide(item(12), SUPPLIED)
    assert len(desk.certified().rows) == 3


def test_guard_what_is_withheld_is_named_by_what_supplying_it_would_do() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, replace(WITHHELD, adverse_effect="Everybody would know that Quillfeather gave it"))
    desk.decide(item(2), SENSITIVE)
    desk.decide(item(1), Described("Statement of the sergeant about Quillfeather", "Store A"))
    assert ("GUARD", "row", "Document list 1") in desk.refused()


def test_reopened_a_harm_test_is_made_anew_when_findings_change() -> None:
    desk = Misconduct()
    desk.document(1)
    desk.document(2, replace(SUPPLIED, supply=Supply.NOT_SUPPLIED))
    desk.change(causes=(ChangedFindings(evidence_id(1), "A name in the margin.", desk.acting().at),))
    assert {rule for rule, _, _ in desk.refused()} == {"REOPENED"}
    about = desk.file.record.standing(item(1))
    desk.decide(item(1), *(d.content for d in about))
    assert desk.certified().signed is not None
