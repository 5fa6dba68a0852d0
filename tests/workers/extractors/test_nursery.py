"""Readers come and go; their nursery is started anew, ends with its worker, and tells a bad file from a bad store."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator

import pillow_heif
import psutil
import pytest
from PIL import Image

from dems.model.findings import Reading, ResultState
from storage.errors import StoreUnavailable
from tests.workers.extractors.survey import FAMILY, ROOT, attempt
from workers.extractors.nursery import ChildDied, Nursery, NurseryFailed, SandboxTooWeak
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import Cancelled
from workers.extractors.source import Bytes, Held, Refused

OLD_KERNEL = "tests.workers.extractors.old_kernel"
CONTAINER = "tests.workers.extractors.container"


class Failing:
    """A store that gives the beginning and then fails in some way."""

    def __init__(self, words: str, error: Exception) -> None:
        self._words = words.encode()
        self._error = error

    def at(self, offset: int, length: int) -> bytes:
        if offset:
            raise self._error
        return self._words.ljust(length, b" ")


def read(nursery: Nursery, bytes_: Bytes, size: int, required: SandboxLevel = SandboxLevel.NONE) -> Reading:
    return nursery.read(bytes_, size, "txt", seconds=20, required=required)


def made(*families: str) -> contextlib.closing[Nursery]:
    return contextlib.closing(Nursery(identifier=FAMILY, families=(FAMILY, *families)))


def until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at, "it did not come true in time"
        time.sleep(0.02)


def nests(of: int) -> list[psutil.Process]:
    """Its nurseries that live; whatever else it started may have ended, and nobody has asked how yet."""
    found = []
    for child in psutil.Process(of).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie, or gone since
            found += [child] if "nest.run" in " ".join(child.cmdline()) else []
    return found


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with made() as one:
        yield one


def test_all_bytes_of_a_file_come_through_the_line(hostile: Nursery) -> None:
    data = b"read_all" + b" " * (5 * 2**20 + 12_345)
    reading = read(hostile, Held(data), len(data), SandboxLevel.FULL)
    assert [each.value for each in reading.findings if each.name == "attempt"] == [str(len(data))]
    assert reading.state is ResultState.COMPLETE
    assert reading.bytes_read == len(data)
    assert reading.sandbox == "full"
    assert reading.requests <= 10


def test_a_budget_that_is_used_up_is_a_partial_reading(hostile: Nursery) -> None:
    sentence = "Reading stopped at byte 1,048,576: the budget for this file is used up."
    reading = read(hostile, Failing("read_all", Refused(sentence)), 5 * 2**20)
    assert (reading.state, reading.reason) == (ResultState.PARTIAL, sentence)


def test_a_store_that_fails_is_no_bad_file(hostile: Nursery) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"):
        read(hostile, Failing("read_all", StoreUnavailable("the store does not answer")), 5 * 2**20)
    assert attempt(hostile, "fork") == "EPERM"


def test_a_reading_can_be_cancelled(hostile: Nursery) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) == 2

    with pytest.raises(Cancelled):
        hostile.read(Held(b"sleep"), 5, "", seconds=30, required=SandboxLevel.NONE, cancelled=cancelled)
    assert 0.5 < asked[1] - asked[0] < 25
    assert attempt(hostile, "fork") == "EPERM"


def test_a_lost_lease_passes_through_and_ends_the_reader(hostile: Nursery) -> None:
    class LeaseLost(Exception):
        pass

    def cancelled() -> bool:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        hostile.read(Held(b"sleep"), 5, "", seconds=30, required=SandboxLevel.NONE, cancelled=cancelled)
    (nest,) = nests(os.getpid())
    assert nest.children() == []


def test_a_nursery_that_died_is_started_anew(nursery: Nursery) -> None:
    assert attempt(nursery, "fork") == "EPERM"
    first = max(nests(os.getpid()), key=lambda each: each.create_time())
    first.kill()
    assert attempt(nursery, "fork") == "EPERM"
    assert not first.is_running() or first.status() == psutil.STATUS_ZOMBIE


def test_a_nursery_that_dies_over_a_file_takes_its_reader_with_it(nursery: Nursery) -> None:
    nursery.level()
    mine = max(nests(os.getpid()), key=lambda each: each.create_time())
    readers: list[psutil.Process] = []

    def kill() -> bool:
        readers.extend(mine.children())
        mine.kill()
        return False

    with pytest.raises(ChildDied, match="the process that makes readers died with it"):
        nursery.read(Held(b"sleep"), 5, "", seconds=30, required=SandboxLevel.NONE, cancelled=kill)
    assert len(readers) == 1
    until(lambda: not readers[0].is_running() or readers[0].status() == psutil.STATUS_ZOMBIE)
    assert attempt(nursery, "fork") == "EPERM"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_nothing_outlives_its_worker(number: signal.Signals) -> None:
    script = (
        "from workers.extractors.nursery import Nursery\n"
        "from workers.extractors.sandbox import SandboxLevel\n"
        "from workers.extractors.source import Held\n"
        f"nursery = Nursery(identifier={FAMILY!r}, families=({FAMILY!r},))\n"
        "nursery.read(Held(b'sleep'), 5, '', seconds=250, required=SandboxLevel.NONE)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as worker:  # noqa: S603 our own interpreter
        try:
            until(lambda: any(nest.children() for nest in nests(worker.pid)))
            family = psutil.Process(worker.pid).children(recursive=True)
        finally:
            worker.send_signal(number)
    assert len(family) == 2
    until(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in family))


def test_signals_to_the_whole_group_leave_the_file_in_hand_to_the_worker(nursery: Nursery) -> None:
    nursery.level()
    mine = max(nests(os.getpid()), key=lambda each: each.create_time())
    mine.send_signal(signal.SIGTERM)
    mine.send_signal(signal.SIGINT)
    assert attempt(nursery, "fork") == "EPERM"
    assert mine.is_running()


def test_after_a_fork_each_worker_has_its_own() -> None:
    script = (
        "import os\n"
        "from tests.workers.extractors.survey import FAMILY, attempt\n"
        "from workers.extractors.nursery import Nursery\n"
        "nursery = Nursery(identifier=FAMILY, families=(FAMILY,))\n"
        "heard = [attempt(nursery, 'fork')]\n"
        "worker = os.fork()\n"
        "heard.append(attempt(nursery, 'fork'))\n"
        "nursery.close()\n"
        "print(*heard, flush=True)\n"
        "if worker:\n"
        "    print('forked', os.waitpid(worker, 0)[1])\n"
    )
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True
    )
    assert done.stdout.splitlines() == ["EPERM EPERM", "EPERM EPERM", "forked 0"]


def test_a_slow_store_is_no_fault_of_the_file(hostile: Nursery) -> None:
    class Slow:
        def at(self, offset: int, length: int) -> bytes:
            time.sleep(0.8)
            return (b"" if offset else b"read_all").ljust(length)

    reading = hostile.read(Slow(), 4 * 2**20, "", seconds=4, required=SandboxLevel.NONE)
    assert reading.state is ResultState.COMPLETE
    assert reading.seconds > 4


def test_a_machine_without_landlock_or_namespaces_reaches_less_and_says_so() -> None:
    with made(OLD_KERNEL) as one:
        locked = one.level()
        assert locked.level is SandboxLevel.SECCOMP
        assert any("Landlock" in each for each in locked.missing)
        assert any("namespaces" in each for each in locked.missing)
        assert attempt(one, "open /etc/passwd") == "EPERM"
        assert read(one, Held(b"fork"), 4, SandboxLevel.SECCOMP).sandbox == "seccomp"


def test_below_the_required_level_nothing_is_read() -> None:
    asked: list[int] = []

    class Watched:
        def at(self, offset: int, length: int) -> bytes:
            asked.append(offset + length)
            return b"fork"

    with made(CONTAINER) as one:
        assert one.level().level is SandboxLevel.LANDLOCK
        with pytest.raises(SandboxTooWeak, match=r"from sandbox level full on.*reaches landlock.*namespaces"):
            read(one, Watched(), 4, SandboxLevel.FULL)
        assert asked == []
        assert read(one, Watched(), 4, SandboxLevel.LANDLOCK).state is ResultState.COMPLETE


def test_a_family_that_cannot_be_imported_is_said_to_be_absent() -> None:
    with contextlib.closing(Nursery(identifier=FAMILY, families=("tests.workers.extractors.attacks_absent",))) as one:
        reading = read(one, Held(b"fork"), 4)
        assert "attacks_absent" in one.absent
    assert reading.state is ResultState.FAILED
    assert reading.reason == (
        "What reads files of this kind (application/x-attack) is not at hand here: "
        "it is not among those that were loaded."
    )


def test_what_cannot_start_at_all_is_said_after_a_few_tries() -> None:
    with (
        contextlib.closing(Nursery(identifier="tests.workers.extractors.nowhere")) as one,
        pytest.raises(NurseryFailed, match=r"in 4 tries: .*No module named 'tests.workers.extractors.nowhere'"),
    ):
        one.level()


def test_readers_have_all_parsers_whole() -> None:
    """HEIC takes a thread to decode, PyAV imports parts of itself at work: both happen behind the locks."""
    sound, picture = io.BytesIO(), io.BytesIO()
    with wave.open(sound, "wb") as written:
        written.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        written.writeframes(bytes(16_000))
    pillow_heif.from_pillow(Image.new("RGB", (640, 480), "red")).save(picture)
    with contextlib.closing(Nursery()) as one:
        heard, seen = (
            read(one, Held(each), len(each), SandboxLevel.FULL) for each in (sound.getvalue(), picture.getvalue())
        )
        assert one.absent == {}
    assert (heard.media_type, heard.state) == ("audio/wav", ResultState.COMPLETE)
    assert [each.value for each in heard.findings if each.name == "duration"] == [1.0]
    assert (seen.media_type, seen.state) == ("image/heic", ResultState.COMPLETE)
    assert len(seen.renditions) == 1
