"""An installed program that its file has taken over reaches nothing: no other file, program, process or network, and no end of time."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dems.model.findings import Reading, ResultState
from tests.workers.extractors.survey import FAMILY, ROOT, SECRET
from workers.extractors.nursery import Nursery
from workers.extractors.programs import place
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held
from workers.extractors.tools import find

STAND_IN = "tests.workers.extractors.stand_in"
CONTAINER, OLD_KERNEL = "tests.workers.extractors.container", "tests.workers.extractors.old_kernel"


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Readers beside which a shell reads the file too, of a worker with a secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMS_S3__SECRET_KEY", SECRET)
        with contextlib.closing(Nursery(identifier=FAMILY, families=(FAMILY,), tools=(STAND_IN,))) as one:
            one.level()
            yield one


@pytest.fixture
def folder() -> Iterator[Path]:
    """Which anybody may enter, unlike that of the tests."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o777)
        yield Path(made)


def read(nursery: Nursery, script: str, *, seconds: float = 10.0, memory: int = 512 * 2**20) -> Reading:
    data = f"environment\n{script}\n".encode()
    return nursery.read(Held(data), len(data), "txt", seconds=seconds, required=SandboxLevel.NONE, memory=memory)


def said(nursery: Nursery, script: str) -> str:
    reading = read(nursery, script)
    assert reading.sandbox == "full"
    (words,) = [each.value for each in reading.findings if each.name == "said"] or [f"nothing: {reading.warnings}"]
    return str(words)


def tried(nursery: Nursery, command: str) -> str:
    """`held` where the command failed, whether the shell could go on or not."""
    return said(nursery, f"exec 2>&1; trap 'echo held' 0; if {command}; then echo worked; trap - 0; fi").splitlines()[
        -1
    ]


def test_it_runs_and_reads_its_file(nursery: Nursery) -> None:
    assert said(nursery, "read -r line < /proc/self/fd/0; echo $line") == "environment"
    assert nursery.versions()["stand-in"] == "1"


def test_no_other_file_is_read(nursery: Nursery, folder: Path) -> None:
    canary = folder / "canary"
    canary.write_text(SECRET)
    canary.chmod(0o644)
    for path in (
        "/etc/passwd",
        canary,
        "/proc/self/maps",
        f"/proc/{os.getpid()}/environ",
        "/proc/1/cmdline",
        sys.executable,
    ):
        assert tried(nursery, f"read -r line < {path}") == "held", path
    assert said(nursery, "echo /etc/* /tmp/*") == "/etc/* /tmp/*"


def test_no_file_is_made_or_changed(nursery: Nursery, folder: Path) -> None:
    there = folder / "there"
    there.write_text("as it was")
    there.chmod(0o666)
    for path in (folder / "new", there, "/proc/self/fd/0"):
        assert tried(nursery, f"echo changed > {path}") == "held", path
    assert tried(nursery, "echo changed >&0") == "held"
    assert there.read_text() == "as it was"
    assert [each.name for each in folder.iterdir()] == ["there"]


def test_no_program_is_run_not_even_itself(nursery: Nursery) -> None:
    for command in ("/bin/true", "(true)", ": | :", "exec /bin/true", "exec /bin/sh -c :", "exec /proc/self/exe -c :"):
        assert tried(nursery, command) == "held", command


def test_no_process_is_signalled_and_no_limit_is_raised(nursery: Nursery) -> None:
    for command in ("kill -0 $PPID", "kill -0 1", f"kill -9 {os.getpid()}", "ulimit -v unlimited", "ulimit -n 4096"):
        assert tried(nursery, command) == "held", command


def test_it_has_no_secret(nursery: Nursery) -> None:
    environment = said(nursery, "set")
    assert "TZ='UTC0'" in environment
    assert SECRET not in environment
    assert "DEMS" not in environment


AS_NOBODY = f"""
from tests.workers.extractors.survey import become_nobody
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held
become_nobody()
nursery = Nursery(identifier={FAMILY!r}, families=({FAMILY!r},), tools=({STAND_IN!r},))
for script in ("echo ran", "read -r line < /etc/passwd && echo read", "/bin/true && echo started"):
    data = f"environment\\n{{script}}\\necho done\\n".encode()
    reading = nursery.read(Held(data), len(data), "", seconds=20, required=SandboxLevel.NONE)
    print(reading.sandbox, *[each.value for each in reading.findings if each.name == "said"])
nursery.close()
"""


def test_it_is_held_as_tightly_for_a_worker_that_is_nobody() -> None:
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", AS_NOBODY], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True
    )
    # The shell gives up where it cannot start a process.
    assert done.stdout.split() == ["full", "ran", "done", "full", "done", "full"]


def test_what_it_may_not_load_it_is_not_given() -> None:
    programs, without = find((STAND_IN,))
    held = programs["stand-in"]
    assert without == {}
    assert {place("sh")} < set(held.runnable)
    assert any("libc.so" in each.name for each in held.readable)
    assert not any(each.is_dir() for each in held.readable)


@pytest.mark.parametrize(
    ("script", "seconds", "why"),
    [
        ("while :; do :; done", 2.5, "did not end within 2.5 seconds|used up its processor time of 2 seconds"),
        ("while :; do printf %5000s x || break; done", 60, "wrote more than 2,097,152 bytes"),
        ("x=xxxxxxxx; while :; do x=$x$x; done", 60, "ended without a result|crashed"),
        ("true", 60, "ended without a result"),
    ],
)
def test_what_goes_wrong_is_a_warning_and_the_reading_stands(
    nursery: Nursery, script: str, seconds: float, why: str
) -> None:
    begun = time.monotonic()
    reading = read(nursery, script, seconds=seconds, memory=128 * 2**20)
    assert time.monotonic() - begun < 120
    assert reading.state is ResultState.COMPLETE
    assert [each.name for each in reading.findings] == ["media_type", "attempt"]
    (warning,) = reading.warnings
    assert warning.startswith("stand-in was asked too, and ")
    assert any(each in warning for each in why.split("|")), warning


def test_without_landlock_it_is_not_run() -> None:
    nursery = Nursery(identifier=FAMILY, families=(FAMILY, OLD_KERNEL), tools=(STAND_IN,))
    with contextlib.closing(nursery):
        reading = read(nursery, "echo ran")
    (warning,) = reading.warnings
    assert "from sandbox level landlock on, and this machine reaches seccomp" in warning
    assert reading.sandbox == "seccomp"
    assert "said" not in {each.name for each in reading.findings}


def test_without_namespaces_it_is_held_by_the_rest() -> None:
    nursery = Nursery(identifier=FAMILY, families=(FAMILY, CONTAINER), tools=(STAND_IN,))
    with contextlib.closing(nursery):
        reading = read(nursery, "echo done; (true)")
    assert reading.sandbox == "landlock"
    assert [each.value for each in reading.findings if each.name == "said"] == ["done"]


def test_a_program_that_is_not_there_is_said_to_be_absent() -> None:
    nursery = Nursery(identifier=FAMILY, families=(FAMILY,), tools=("tests.workers.extractors.stand_in_absent",))
    with contextlib.closing(nursery):
        assert read(nursery, "echo ran").warnings == ()
        assert nursery.absent_tools == {
            "dems-no-such-program": "There is no dems-no-such-program in /usr/local/bin:/usr/bin:/bin."
        }
        assert "dems-no-such-program" not in nursery.versions()


SURVEY = """
import encodings.idna, errno, fcntl, json, os, sys
from pathlib import Path
from tests.workers.extractors.attacks import TRIALS
from workers.extractors import sandbox
os.dup2(os.open("/bin/true", os.O_RDONLY), 128, inheritable=False)
read, write = os.pipe()
own, process = os.getpid(), os.fork()
if process == 0:
    profile = sandbox.Runs(128, (Path("/bin/true").resolve(),), (Path("/etc/ld.so.cache"),))
    reached = sandbox.lock(memory=2**28, seconds=20, parent=own, enclosed=False, profile=profile)
    heard = {"level": reached.level.value, "missing": reached.missing}
    arguments = {"tcp": ["9"], "udp": ["9"], "abstract": ["x"], "open": ["/etc/passwd"], "write": ["/tmp/dems-new"],
        "listdir": ["/"], "stat": ["/"], "unlink": ["/tmp/dems-new"], "signal": [str(own)], "ptrace": [str(own)],
        "read_memory": [str(own)], "pidfd": [str(own)]}
    further = {"dup onto the program": lambda: os.dup2(0, 128),
        "own library": lambda: len(os.read(os.open("/etc/ld.so.cache", os.O_RDONLY), 1)),
        "write to own library": lambda: os.open("/etc/ld.so.cache", os.O_RDWR),
        "run another by descriptor": lambda: os.execve(0, ["x"], {}), "chmod": lambda: os.chmod("/tmp", 0o777),
        "terminal input": lambda: fcntl.ioctl(0, 0x5412, b"x")}
    for name, step in (TRIALS | further).items():
        try:
            heard[name] = f"worked {step(*arguments.get(name, []))}"
        except OSError as error:
            heard[name] = errno.errorcode[error.errno] if error.errno else type(error).__name__
        except RuntimeError as error:
            heard[name] = str(error)
    os.write(write, json.dumps(heard).encode())
    os._exit(0)
os.close(write)
sys.stdout.write(os.read(read, 65536).decode())
"""


def test_the_locks_of_a_program_refuse_what_those_of_a_parser_do() -> None:
    """Tried from within the locked process, before it becomes the program: nothing is given back by that."""
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", SURVEY], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True
    )
    heard = json.loads(done.stdout)
    assert (heard.pop("level"), heard.pop("missing")) == ("full", [])
    assert heard.pop("thread") == "worked EACCES EPERM EPERM"
    assert heard.pop("clone3") == "ENOSYS"
    assert heard.pop("own library") == "worked 1"
    # A path can be asked about; nothing of it can be opened.
    assert str(heard.pop("stat")).startswith("worked")
    # Above its limit: what is opened from now on is never the program that may be run.
    assert heard.pop("dup onto the program") == "EBADF"
    by_landlock = {name: heard.pop(name) for name in ("open", "write", "listdir", "write to own library")}
    assert set(by_landlock.values()) == {"EACCES"}, by_landlock
    assert set(heard.values()) == {"EPERM"}, heard
