"""Texts that are nearly the same, and decisions in question again, which stop a certificate."""

from datetime import timedelta

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.causes import ChangedFindings, DefenceStatement
from dems.model.disclosure.contents import AgainstTest, Described, Result
from dems.model.disclosure.likeness import Weights, near_duplicates
from dems.model.disclosure.reopening import in_question
from dems.model.disclosure.rules import check
from dems.model.disclosure.wording import folded, label_of, labels_in, words_of
from tests.model.disclosing import BEGAN, NOT_SENSITIVE, Desk, evidence_id, item

LATER = BEGAN + timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["Stra\u00dfe  \u00c9cole", "STRASSE \u00e9cole", "strasse \u00e9\u200bcole", "str\u0430sse e\u0301cole"]
)
def test_texts_that_read_the_same_fold_into_one(text: str) -> None:
    assert folded(text) == "strasse ecole"


def test_words_leave_out_what_says_nothing() -> None:
    assert words_of("The photographs of 1.3.2026, at 21:40, and of the bus") == {"photograph", "bus"}
    assert words_of("Glass, 0O7 and 07700 900-123") == {"glass", "007", "07700900123"}


def test_a_reference_is_one_label_however_it_is_written() -> None:
    assert label_of("ABC/3") == label_of("abc-003") == ("abc", 3, "")
    assert label_of("AB/3A") == ("ab", 3, "a")
    assert label_of("2026/17") is None
    assert labels_in("ABC/3, ABC/4 and Moss 5") == {("abc", 3, ""), ("abc", 4, ""), ("moss", 5, "")}


def test_the_rarer_a_word_the_more_it_tells() -> None:
    weights = Weights([frozenset({"yard", "gate"}), frozenset({"yard"}), frozenset({"photograph"})])
    assert weights.of("gate") > weights.of("yard") > weights.of("photograph")
    assert weights.of("never seen") == weights.of("gate")
    assert Weights([]).of("gate") == 1.0


def test_near_duplicates_are_grouped_under_the_first_in_the_order_given() -> None:
    long = "yard gate camera seven looking north towards the river at dusk"
    texts = {
        1: f"Footage of the {long}",
        2: "Plan of the ground floor",
        3: f"FOOTAGE of the {long}, twice",
        4: "The plan of a ground floor",
        5: "of the",
        6: "",
        7: f"Footage of the {long}",
        8: "Plan of the roof",
    }
    assert near_duplicates(texts) == ((1, 3, 7), (2, 4))


def test_four_fifths_of_all_words_is_near_and_less_is_not() -> None:
    assert near_duplicates({1: "red green blue black", 2: "red green blue black white"}) == ((1, 2),)
    assert near_duplicates({1: "red green blue black", 2: "red green blue white"}) == ()


def test_thousands_that_differ_in_a_number_alone_are_not_near_and_do_not_hide_one_that_is() -> None:
    texts = {n: f"Photograph {n} of red brick" for n in range(1, 3000)}
    texts[5000] = "A photograph, 77, of the red brick"
    assert near_duplicates(texts) == ((77, 5000),)


# --- in question again ---


def test_nothing_is_certified_while_decisions_are_in_question_again() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft()
    desk.change(causes=(ChangedFindings(evidence_id(1), "A second voice.", LATER), DefenceStatement(LATER)))
    asked = in_question(desk.file)
    assert [(t.decision.subject, type(t.decision.content)) for t in asked].count((item(1), AgainstTest)) == 1
    with pytest.raises(DisclosureRulesBroken, match="nothing was certified") as no:
        desk.certify()
    problems = no.value.data["problems"]
    assert {p["rule"] for p in problems} == {"REOPENED"}
    assert [p["place"]["key"] for p in problems] == [str(t.decision.id) for t in asked]
    assert "A second voice." in problems[0]["message"]


def test_whoever_decides_anew_even_alike_answers_it_and_a_certificate_of_before_is_void() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.certify()
    desk.change(causes=(DefenceStatement(BEGAN + timedelta(minutes=desk.minutes)),))
    with pytest.raises(DisclosureRulesBroken, match="REOPENED"):
        desk.submit()
    desk.decide(item(1), AgainstTest(Result.DOES_NOT_MEET))
    assert in_question(desk.file) == () == check(desk.file, ("REOPENED",))
    assert desk.broken("R19") == [("R19", str(evidence_id(1)))]


def test_what_was_decided_after_the_cause_is_not_in_question() -> None:
    desk = Desk()
    desk.change(causes=(ChangedFindings(evidence_id(1), "A second voice.", BEGAN),))
    desk.item(1)
    desk.ready(item(1), NOT_SENSITIVE, "Recording of the cell")
    assert desk.file.record.says(item(1), Described) is not None
    assert desk.broken("REOPENED") == []
