"""A parser taken over by its file tries everything. It reaches nothing, and its worker lives and says how it ended."""

import platform
import time

import pytest

from dems.model.findings import Reading, ResultState
from tests.workers.extractors.survey import SECRET, as_nobody, attempt, survey
from workers.extractors.nursery import ChildDied, Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held
from workers.extractors.wire import MAX_RESULT, Kind

Surveys = dict[str, dict[str, str]]
NOT_ATTEMPTS = {
    "level",
    "reached the listeners",
    "files left",
    "descriptors",
    "environment",
    "user",
    "thread",
    "clone3",
}
A_KIND = int(Kind.RESULT)


@pytest.fixture(scope="module")
def surveys(hostile: Nursery) -> Surveys:
    return {"root": survey(hostile), "nobody": as_nobody()}


@pytest.fixture(params=["root", "nobody"])
def outcomes(request: pytest.FixtureRequest, surveys: Surveys) -> dict[str, str]:
    """As whoever runs the tests, and as nobody."""
    return surveys[request.param]


def read(nursery: Nursery, words: str, *, seconds: float = 10.0) -> Reading:
    data = words.encode()
    return nursery.read(Held(data), len(data), "txt", seconds=seconds, required=SandboxLevel.FULL)


def death(nursery: Nursery, words: str, *, seconds: float = 10.0) -> str:
    """The sentence; and the worker goes on with the next file."""
    with pytest.raises(ChildDied) as died:
        read(nursery, words, seconds=seconds)
    assert attempt(nursery, "fork") == "EPERM"
    return str(died.value)


def test_every_attempt_hears_the_filters_refusal(outcomes: dict[str, str]) -> None:
    attempts = {name: outcome for name, outcome in outcomes.items() if name not in NOT_ATTEMPTS}
    assert len(attempts) > 25
    assert set(attempts.values()) == {"EPERM"}, attempts


def test_a_thread_may_do_no_more(outcomes: dict[str, str]) -> None:
    assert outcomes["thread"] == "worked EPERM EPERM EPERM"
    assert outcomes["clone3"] == "ENOSYS"


def test_threads_without_end_have_an_end(hostile: Nursery) -> None:
    assert 0 < int(attempt(hostile, "threads")) < 512
    assert attempt(hostile, "fork") == "EPERM"


def test_the_sandbox_is_whole_for_root_and_for_nobody(surveys: Surveys) -> None:
    assert {each["level"] for each in surveys.values()} == {"full"}
    assert surveys["nobody"]["user"] == "65534"


def test_listeners_on_this_machine_hear_nothing(outcomes: dict[str, str]) -> None:
    assert outcomes["reached the listeners"] == "0"


def test_no_file_is_made_changed_or_removed(outcomes: dict[str, str]) -> None:
    assert outcomes["files left"] == "canary"


def test_nothing_is_inherited_but_the_line(outcomes: dict[str, str]) -> None:
    assert outcomes["descriptors"] == "3"


def test_the_workers_secrets_are_not_in_its_environment(outcomes: dict[str, str]) -> None:
    assert "TZ=UTC0" in outcomes["environment"]
    assert SECRET not in outcomes["environment"]
    assert "DEMS" not in outcomes["environment"]


def test_too_much_memory_is_a_partial_reading_that_says_so(hostile: Nursery) -> None:
    reading = read(hostile, "allocate")
    assert (reading.state, reading.reason) == (
        ResultState.PARTIAL,
        "Reading this file took more than the 512 MiB of memory that a reader is given.",
    )
    assert [each.value for each in reading.findings if each.name == "found.before"] == ["this"]


def test_a_loop_ends_by_its_processor_time_or_the_clock(hostile: Nursery) -> None:
    begun = time.monotonic()
    sentence = death(hostile, "spin", seconds=2.9)
    assert time.monotonic() - begun < 60
    assert sentence in {
        "The reader of this file used up its processor time of 2 seconds.",
        "The reader of this file did not end within 2.9 seconds.",
    }


@pytest.mark.parametrize("words", ["sleep", "drip"])
def test_a_reader_that_does_not_end_is_ended(hostile: Nursery, words: str) -> None:
    begun = time.monotonic()
    assert death(hostile, words, seconds=0.8) == "The reader of this file did not end within 0.8 seconds."
    assert time.monotonic() - begun < 60


def test_a_reader_that_asks_and_never_listens_is_ended(hostile: Nursery) -> None:
    assert death(hostile, "deaf", seconds=0.8) == "The reader of this file did not end within 0.8 seconds."


def test_requests_without_end_are_ended(hostile: Nursery) -> None:
    sentence = death(hostile, "requests_without_end", seconds=1.5)
    assert sentence in {
        "The reader of this file did not end within 1.5 seconds.",
        "The reader of this file used up its processor time of 1 seconds.",
        "The reader of this file sent what no honest reader sends: it kept asking after it was refused.",
    }


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("pictures_without_end", "it sent too many pictures"),
        ("noise_without_end", "a frame is of no kind"),
        (f"send {A_KIND} {MAX_RESULT + 1}", "a frame claims 4,194,305 bytes"),
        (f"send {int(Kind.RENDITION)} 4294967295", "a frame claims 4,294,967,295 bytes"),
        (f"send {int(Kind.READ)} 3 000000", "a frame claims 3 bytes"),
        ("send 0 0", "a frame is of no kind"),
        (f"send {int(Kind.LOCKED)} 2 7b7d", "it told its sandbox twice"),
        (f"send {A_KIND} 2 7b7d", "the result does not have the keys that it has"),
        (f"send {A_KIND} 3 ff00ff", "the result is no JSON"),
        ("ask 1000000 1", "it asked for 1 bytes at 1,000,000 of 13"),
        ("ask 18446744073709551615 1", "it asked for 1 bytes at 18,446,744,073,709,551,615 of 26"),
        ("ask 0 0", "it asked for 0 bytes at 0 of 7"),
        ("ask 0 4294967295", "it asked for 4,294,967,295 bytes at 0 of 16"),
    ],
)
def test_what_no_honest_reader_sends_ends_it(hostile: Nursery, words: str, what: str) -> None:
    assert death(hostile, words) == f"The reader of this file sent what no honest reader sends: {what}."


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("speak_for clamd 1 comment", "it speaks for clamd 1, which it is not"),
        ("speak_for exiftool 99 comment", "it speaks for exiftool 99, which it is not"),
        ("speak_for python-email 99 comment", "it speaks for python-email 99, which it is not"),
        ("speak_for tests 1 malware", "malware is of a tool that it is not"),
        ("speak_unnamed", "comment is of a tool that it is not"),
    ],
)
def test_a_reader_speaks_for_nobody_else(hostile: Nursery, words: str, what: str) -> None:
    assert death(hostile, words) == f"The reader of this file sent what no honest reader sends: {what}."


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("crash", "crashed: it reached for memory that is not its own (SIGSEGV)."),
        ("abort", "gave up by itself (SIGABRT), as C libraries do when their memory is damaged or used up."),
        ("leave", "ended without a result (exit 7)."),
        ("hang_up", "closed its line and went on: it was killed."),
    ],
)
def test_a_death_is_told_in_words(hostile: Nursery, words: str, how: str) -> None:
    assert death(hostile, words) == f"The reader of this file {how}"


def test_calls_of_another_kind_of_processor_kill(hostile: Nursery) -> None:
    if platform.machine() == "x86_64":
        assert death(hostile, "x32").endswith("called the kernel in a way that no reader may (SIGSYS).")
    else:
        assert attempt(hostile, "fork") == "EPERM"


def test_what_was_found_before_a_parser_failed_is_kept(hostile: Nursery) -> None:
    reading = read(hostile, "raise one two")
    assert reading.state is ResultState.PARTIAL
    assert reading.reason == (
        "The parser tests in the attacks reader failed on this file: ValueError: the header \\x00 is \\ud800 odd"
    )
    assert [each.value for each in reading.findings if each.name == "found.before"] == ["one", "two"]


def test_a_parser_that_failed_at_once_failed(hostile: Nursery) -> None:
    assert read(hostile, "raise").state is ResultState.FAILED
    reading = read(hostile, "unreadable")
    assert (reading.state, reading.reason) == (ResultState.FAILED, "The file is encrypted.")
    assert reading.media_type == "application/x-attack"


def test_what_a_parser_prints_goes_nowhere(hostile: Nursery, capfd: pytest.CaptureFixture[str]) -> None:
    assert attempt(hostile, "print") == "done"
    assert capfd.readouterr() == ("", "")


def test_an_extension_is_no_message(hostile: Nursery) -> None:
    data = b"fork"
    reading = hostile.read(Held(data), 4, 'a","probe":true,"x":"', seconds=10, required=SandboxLevel.FULL)
    assert [each.source for each in reading.findings if each.name == "media_type"] == ["bytes"]
