"""The loop of ``dems up``, run in a process of its own because it answers to signals."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.engines.conftest import Script

Until = Callable[[Callable[[], bool]], None]

COMMON = """
import json, os, sys, time
from pathlib import Path
from dems.engines import Engines, EngineError
from dems.engines.supervisor import BackOff, Child, Supervisor

folder = Path(sys.argv[1])

class Quiet:
    '''Engines of which there is nothing to tell.'''
    def check(self): return []
    def died(self): return []
    def restart(self, name): raise AssertionError(name)
    def stop(self): print("engines stopped", flush=True)

def child(name, code="", **options):
    text = f'''
import os, signal, sys, time
def stop(*_):
    print("stopping {name}", file=open({str(folder / "order")!r}, "a"), flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
{code}
open({str(folder / name)!r}, "w").write(str(os.getpid()))
time.sleep(120)
'''
    ready = (folder / name).exists
    return Child(name, [sys.executable, "-c", text], {"PATH": os.defpath}, folder / f"{name}.log",
                 **{"ready": ready, "ready_seconds": 60, "stop_seconds": 60, **options})

def supervise(engines, *children):
    supervisor = Supervisor(
        engines, children,
        on_ready=lambda: print(json.dumps(supervisor.processes()), flush=True),
        on_stopping=lambda: print("stopping", flush=True),
        report=lambda text: print(text, flush=True),
        back_off=BackOff(first=0.2, most=0.8, healthy_after=60, silent_for=5),
    )
    try:
        supervisor.run()
    except EngineError as error:
        print(error)
"""


def gone(pids: list[int]) -> bool:
    """None of them runs; one that only waits to be reaped does not."""
    return not [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def begun(pid: int) -> float:
    """When it was started, in seconds since the machine was: how long it then took to come up is another matter."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return int(ticks) / os.sysconf("SC_CLK_TCK")


def next_line(process: Script, start: str) -> str:
    while not (line := process.line()).startswith(start):
        assert line, "it ended without saying so"
    return line


def test_children_start_in_order_come_back_with_back_off_and_stop_in_reverse(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    running = script(COMMON + "supervise(Quiet(), child('first'), child('second'))", str(tmp_path))
    pids: dict[str, int] = json.loads(running.line())
    assert list(pids) == ["first", "second"]
    assert (tmp_path / "first").stat().st_mtime <= (tmp_path / "second").stat().st_mtime
    pauses = []
    for _ in range(4):
        (tmp_path / "second").unlink()
        os.kill(pids["second"], signal.SIGKILL)
        killed = time.clock_gettime(time.CLOCK_BOOTTIME)
        assert running.line().startswith("second ended with status -9; it is started again in ")
        until(lambda: (tmp_path / "second").exists() and bool((tmp_path / "second").read_text()))
        pids["second"] = int((tmp_path / "second").read_text())
        pauses.append(begun(pids["second"]) - killed)
    assert [pause > least for pause, least in zip(pauses, (0.15, 0.35, 0.75, 0.75), strict=True)] == [True] * 4
    assert pauses[3] < 10
    running.process.send_signal(signal.SIGTERM)
    assert running.output().splitlines() == ["stopping", "engines stopped"]
    assert (tmp_path / "order").read_text().splitlines() == ["stopping second", "stopping first"]
    assert gone(list(pids.values()))


WAITS_FOR_THE_OTHER = """
def stop(*_):
    open({mine!r}, "w").close()
    for _ in range(1500):
        if os.path.exists({other!r}): sys.exit(0)
        time.sleep(0.02)
    open({mine!r} + " waited in vain", "w").close()
    sys.exit(1)
signal.signal(signal.SIGTERM, stop)
"""


def test_neighbours_of_a_kind_are_ended_at_once(tmp_path: Path, script: Callable[..., Script]) -> None:
    """Each ends only when the other was told to end too, and says so where it waited in vain."""
    a, b = str(tmp_path / "a ends"), str(tmp_path / "b ends")
    first = WAITS_FOR_THE_OTHER.format(mine=a, other=b)
    second = WAITS_FOR_THE_OTHER.format(mine=b, other=a)
    of_a_kind = f"child('a', {first!r}, kind='worker'), child('b', {second!r}, kind='worker')"
    running = script(COMMON + f"supervise(Quiet(), child('first'), {of_a_kind}, child('last'))", str(tmp_path))
    pids = list(json.loads(running.line()).values())
    running.process.send_signal(signal.SIGTERM)
    assert running.output().splitlines() == ["stopping", "engines stopped"]
    assert (tmp_path / "order").read_text().splitlines() == ["stopping last", "stopping first"]
    assert not list(tmp_path.glob("* waited in vain"))
    assert gone(pids)


def test_a_killed_supervisor_takes_its_children_along(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    running = script(COMMON + "supervise(Quiet(), child('first'))", str(tmp_path))
    pids = list(json.loads(running.line()).values())
    running.process.kill()
    running.process.wait()
    until(lambda: gone(pids))


def test_a_child_that_does_not_start_stops_everything(tmp_path: Path, script: Callable[..., Script]) -> None:
    running = script(COMMON + "supervise(Quiet(), child('first'), child('second', 'sys.exit(3)'))", str(tmp_path))
    said = running.output().splitlines()
    assert said == [
        "stopping",
        "engines stopped",
        f"second did not start: read the end of {tmp_path / 'second.log'}.",
    ]
    assert (tmp_path / "order").read_text() == "stopping first\n"


def test_a_child_that_will_not_stop_is_ended_with_all_its_own(
    tmp_path: Path, script: Callable[..., Script], until: Until
) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); other = os.fork()\\nif not other: time.sleep(120)\\n"
    stubborn += f"open({str(tmp_path / 'own')!r}, 'w').write(str(other))"
    running = script(
        COMMON + f'supervise(Quiet(), child(\'first\', """{stubborn}""", stop_seconds=0.5))', str(tmp_path)
    )
    pids = [*json.loads(running.line()).values(), int((tmp_path / "own").read_text())]
    began = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    running.output()
    assert time.monotonic() - began < 60, "its own would have ended by themselves after twice as long"
    until(lambda: gone(pids))


def test_a_dead_engine_is_brought_back_while_the_rest_goes_on(
    tmp_path: Path, script: Callable[..., Any], until: Until
) -> None:
    start = "engines = Engines(folder / 'data'); engines.start(); print(json.dumps(engines.processes()), flush=True)\n"
    running = script(COMMON + start + "supervise(engines, child('first'))", str(tmp_path))
    engines = json.loads(running.line())
    child = json.loads(running.line())["first"]
    os.kill(engines["valkey"], signal.SIGKILL)
    assert next_line(running, "valkey") == "valkey died; it is started again."
    assert next_line(running, "valkey") == "valkey is back."
    assert psutil.pid_exists(child)
    running.process.send_signal(signal.SIGTERM)
    running.output()
    until(lambda: gone([*engines.values(), child]))
    assert not (tmp_path / "data/engines.json").exists()


SILENT = """
class Silent(Quiet):
    '''Of a each other question is answered; b is silent until it is started again.'''
    asked, back, since = 0, False, None
    def check(self):
        self.since = self.since or time.monotonic()
        self.asked += 1
        return [name for name, fails in (("a", self.asked % 2), ("b", not self.back)) if fails]
    def restart(self, name):
        self.back = name == "b"
        print(f"{name}, silent for five seconds: {time.monotonic() - self.since >= 5}", flush=True)
supervise(Silent(), child("first"))
"""


def test_an_engine_that_is_only_slow_is_left_alone_and_one_that_stays_silent_is_not(
    tmp_path: Path, script: Callable[..., Script]
) -> None:
    running = script(COMMON + SILENT, str(tmp_path))
    running.line()
    assert running.line() == "b does not answer; it is started again."
    assert running.line() == "b, silent for five seconds: True"
    assert running.line() == "b is back."
    running.process.send_signal(signal.SIGTERM)
    assert running.output().splitlines() == ["stopping", "engines stopped"]
