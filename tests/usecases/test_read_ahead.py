"""Questions are asked a few ahead of those whose answers are wanted, and no further."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from dems.errors import DatabaseUnavailable
from dems.steps.read_ahead import answers


def asked_for(seconds: float, answer: int, asked: list[int]) -> Callable[[], int]:
    def ask() -> int:
        asked.append(answer)
        time.sleep(seconds)
        return answer

    return ask


def test_answers_come_in_the_order_of_the_questions_though_the_first_takes_longest() -> None:
    asked: list[int] = []
    questions = [asked_for(seconds, answer, asked) for answer, seconds in enumerate([0.05, 0.0, 0.02, 0.0, 0.0])]
    assert list(answers(questions, ahead=3)) == [0, 1, 2, 3, 4]
    assert sorted(asked) == [0, 1, 2, 3, 4]
    assert list(answers([], ahead=3)) == []


def test_while_one_answer_is_worked_on_only_the_next_ones_are_asked() -> None:
    asked: list[int] = []
    with closing(answers((asked_for(0.0, answer, asked) for answer in range(100)), ahead=2)) as coming:
        assert next(coming) == 0
    assert set(asked) <= {0, 1, 2}


def test_what_a_question_raises_comes_in_its_place_and_nothing_is_asked_after_it() -> None:
    asked: list[int] = []
    ended = threading.Event()

    def fails() -> int:
        ended.set()
        raise DatabaseUnavailable

    coming = answers([asked_for(0.0, 0, asked), fails, *(asked_for(0.0, n, asked) for n in range(1, 50))], ahead=1)
    assert next(coming) == 0
    with pytest.raises(DatabaseUnavailable):
        next(coming)
    assert ended.is_set()
    assert set(asked) <= {0, 1}
    assert list(coming) == []


def test_threads_take_short_turns_until_the_last_of_two_readings_has_ended() -> None:
    before = sys.getswitchinterval()
    first, second = (answers([int, int, int], ahead=1) for _ in range(2))
    assert sys.getswitchinterval() == before, "nothing is asked yet"
    for reading in (first, second):
        assert next(reading) == 0
        assert sys.getswitchinterval() < before
    first.close()
    assert sys.getswitchinterval() < before
    assert list(second) == [0, 0]
    assert sys.getswitchinterval() == before


def test_turns_that_are_shorter_already_stay_as_they_are() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    shorter = sys.getswitchinterval()
    try:
        with closing(answers([int, int], ahead=1)) as reading:
            assert next(reading) == 0
            assert sys.getswitchinterval() == shorter
        assert sys.getswitchinterval() == shorter
    finally:
        sys.setswitchinterval(before)
