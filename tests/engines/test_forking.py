"""Programs that are forked from a process which has imported what they share."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.engines.conftest import PACKAGES, ROOT, Script
from tests.engines.test_supervisor import COMMON, Until, gone, next_line
from tests.memory import holds

FIRST, SECOND = "first-password-of-the-database", "second-password-of-the-database"

PROGRAM = """
import json, os, signal, sys, time

def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    found = {
        "parent": os.getppid(), "session": os.getsid(0), "folder": os.getcwd(), "environment": dict(os.environ),
        "arguments": sys.argv, "loaded": "shared_by_all" in sys.modules, "stdin": sys.stdin.read(),
    }
    print(json.dumps(found), flush=True)
    print("it complains", file=sys.stderr, flush=True)
    time.sleep(120)
"""

ASKS = f"""
import json, os, signal, sys, time
from pathlib import Path
from dems.engines.forking import ForkServer
from dems.engines.process import end, has_ended

folder = Path(sys.argv[1])
PATHS = {{"PYTHONPATH": "{ROOT}:{PACKAGES}"}}

def serving(*modules):
    return ForkServer(modules, folder=folder, log=folder / "server.log", env=PATHS)

def fork(server, name, secret=""):
    argv = [sys.executable, "-m", "program", name]
    return server.fork("program:main", argv, folder=folder / "there", log=folder / name, env={{"SECRET": secret}})

def server_of(server):
    return server._server[0].pid

def say(*what):
    print(json.dumps(what), flush=True)
"""


def placed(folder: Path) -> str:
    (folder / "there").mkdir()
    (folder / "program.py").write_text(PROGRAM)
    (folder / "shared_by_all.py").write_text("")
    return str(folder)


def asking(script: Callable[..., Script], folder: Path, then: str) -> tuple[Script, list[int]]:
    """A process that says the ids of what it started, and stays."""
    running = script(ASKS + then + "\nsys.stdin.read()\n", placed(folder))
    return running, json.loads(running.line())


def told(log: Path, until: Until) -> dict[str, object]:
    until(lambda: log.exists() and "complains" in log.read_text())
    found: dict[str, object] = json.loads(log.read_text().splitlines()[0])
    return found


def test_a_forked_child_is_what_a_started_one_would_be(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    then = (
        "server = serving('shared_by_all').__enter__(); child = fork(server, 'one', 'x'); say(child.pid, os.getpid())"
    )
    _, (pid, asked) = asking(script, tmp_path, then)
    assert told(tmp_path / "one", until) == {
        "parent": asked,
        "session": pid,
        "folder": str(tmp_path / "there"),
        "environment": {"SECRET": "x"},
        "arguments": ["program", "one"],
        "loaded": True,
        "stdin": "",
    }
    assert " ".join(psutil.Process(pid).cmdline()).rstrip().endswith(" -m program one")
    assert psutil.Process(pid).num_fds() == 3


def test_its_end_is_known_to_whoever_asked(tmp_path: Path, script: Callable[..., Script], until: Until) -> None:
    then = """
with serving('shared_by_all') as server:
    child = fork(server, 'one')
    say(child.pid, has_ended(child), child.poll())
    sys.stdin.readline()
    end(child, (signal.SIGTERM, 30))
    say(has_ended(child), child.poll(), child.wait())
    say(server_of(server))
"""
    running = script(ASKS + then, placed(tmp_path))
    pid, *before = json.loads(running.line())
    assert before == [False, None]
    told(tmp_path / "one", until)
    assert running.process.stdin is not None
    running.process.stdin.write("\n")
    running.process.stdin.flush()
    assert json.loads(running.line()) == [True, 7, 7]
    server = json.loads(running.line())
    assert running.output() == ""
    assert gone([pid, *server]), "nor does the server stay"


def test_what_one_child_is_told_is_in_no_other_and_not_in_the_server(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    """So whoever takes the API over does not find in it what the signer was told."""
    then = f"""
server = serving().__enter__()
children = [fork(server, 'one', {FIRST!r}), fork(server, 'two', {SECOND!r})]
say(server_of(server), *[child.pid for child in children])
"""
    _, (server, one, two) = asking(script, tmp_path, then)
    for log in ("one", "two"):
        told(tmp_path / log, until)
    assert [holds(pid, FIRST, SECOND) for pid in (server, one, two)] == [[False, False], [True, False], [False, True]]


def test_children_and_server_end_with_whoever_asked(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    then = "server = serving().__enter__(); say(fork(server, 'one').pid, server_of(server))"
    running, pids = asking(script, tmp_path, then)
    running.process.kill()
    running.process.wait()
    until(lambda: gone(pids))


def test_a_server_that_died_takes_nobody_along_and_is_followed_by_another(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    then = """
server = serving().__enter__()
first = fork(server, 'one')
before = server_of(server)
os.kill(before, signal.SIGKILL)
second = fork(server, 'two')
say(before, server_of(server), first.pid, second.pid)
"""
    _, (before, after, *children) = asking(script, tmp_path, then)
    assert before != after
    for log in ("one", "two"):
        told(tmp_path / log, until)
    assert gone([before])
    assert not any(gone([living]) for living in (after, *children))


def test_what_cannot_be_imported_is_said_by_the_log_that_is_named(
    tmp_path: Path, script: Callable[..., Script]
) -> None:
    then = """
with serving('no_such_module') as server:
    for _ in range(2):
        try:
            fork(server, 'one')
        except OSError as error:
            print(error, flush=True)
"""
    running = script(ASKS + then, placed(tmp_path))
    log = tmp_path / "server.log"
    assert {running.line(), running.line()} == {f"what it is forked from does not answer: read the end of {log}"}
    assert running.output() == ""
    assert "No module named 'no_such_module'" in log.read_text()


def test_orphans_are_adopted_only_while_a_child_is_forked(tmp_path: Path, script: Callable[..., Script]) -> None:
    """What else loses its parent is init's to bury: nobody here would."""
    then = """
import ctypes
def adopts():
    found = ctypes.c_int(-1)
    ctypes.CDLL(None).prctl(37, ctypes.byref(found), 0, 0, 0)
    return found.value
server = serving().__enter__()
fork(server, 'one')
say(adopts())
"""
    assert asking(script, tmp_path, then)[1] == [0]


SUPERVISED = (
    COMMON
    + """
from dems.engines.forking import ForkServer
paths = {"PYTHONPATH": os.environ["PYTHONPATH"]}
with ForkServer(["shared_by_all"], folder=folder, log=folder / "server.log", env=paths) as forks:
    argv = [sys.executable, "-m", "program", "one"]
    one = Child("one", argv, {}, folder / "one", folder / "there", entry="program:main")
    supervisor = Supervisor(
        Quiet(), [one], on_ready=lambda: print(json.dumps(supervisor.processes()), flush=True),
        report=lambda text: print(text, flush=True), back_off=BackOff(first=0.2, most=0.8, healthy_after=60), forks=forks,
    )
    supervisor.run()
"""
)


def test_a_forked_child_that_died_is_forked_again_and_ended_in_order(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    running = script(SUPERVISED, placed(tmp_path))
    pid = json.loads(running.line())["one"]
    told(tmp_path / "one", until)
    os.kill(pid, signal.SIGKILL)
    assert next_line(running, "one ended").startswith("one ended with status -9; it is started again in ")
    until(lambda: (tmp_path / "one").read_text().count("complains") == 2)
    running.process.send_signal(signal.SIGTERM)
    assert running.output().splitlines()[-1] == "engines stopped"
    assert gone([pid])
