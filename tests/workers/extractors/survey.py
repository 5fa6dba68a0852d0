"""Every attack that must not work, tried in readers: `python -m tests.workers.extractors.survey` does it as nobody, and prints JSON."""

import ctypes
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from workers.extractors import kernel
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import NOBODY, SandboxLevel
from workers.extractors.source import Held

ROOT = Path(__file__).parents[3]
FAMILY = "tests.workers.extractors.attacks"
SECRET = "canary-8f14e45fceea167a5a36dedd4bea2543"
_CLONE_NEWNS = 0x20000


def attempt(nursery: Nursery, words: str, *, seconds: float = 20.0) -> str:
    """What came of one attack."""
    data = words.encode()
    reading = nursery.read(Held(data), len(data), "txt", seconds=seconds, required=SandboxLevel.NONE)
    (found,) = [each.value for each in reading.findings if each.name == "attempt"]
    return str(found)


def survey(nursery: Nursery) -> dict[str, str]:
    """Each attack's outcome by its words, with listeners that really listen and files that are really there."""
    outcomes: dict[str, str] = {"level": nursery.level().level.value}
    # Not the folder of the tests, which others may not enter.
    with tempfile.TemporaryDirectory(dir="/tmp") as made, socket.create_server(("127.0.0.1", 0)) as tcp:
        folder = Path(made)
        folder.chmod(0o755)
        canary = folder / "canary"
        canary.write_text(SECRET)
        canary.chmod(0o644)
        name = f"dems-canary-{os.getpid()}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket(socket.AF_UNIX) as abstract:
            udp.bind(("127.0.0.1", 0))
            abstract.bind("\0" + name)
            abstract.listen()
            for listener in (tcp, udp, abstract):
                listener.settimeout(0.05)
            own = os.getpid()
            for attack in (
                f"tcp {tcp.getsockname()[1]}",
                f"udp {udp.getsockname()[1]}",
                f"abstract {name}",
                "open /etc/passwd",
                f"open {canary}",
                f"open /proc/{own}/environ",
                "open /proc/self/maps",
                f"write {folder}/new",
                "write /tmp/dems-attack",
                f"listdir {folder}",
                f"stat {canary}",
                f"unlink {canary}",
                "exec",
                "spawn",
                "fork",
                "thread",
                f"signal {own}",
                "signal_parent",
                "become_root",
                "limits",
                f"ptrace {own}",
                f"read_memory {own}",
                "unshare",
                "setns",
                "mount",
                "bpf",
                "memfd",
                "io_uring",
                f"pidfd {own}",
                "clone3",
                "openat2",
                "landlock",
            ):
                outcomes[attack.split()[0] + ("" if attack.split()[0] not in outcomes else " again")] = attempt(
                    nursery, attack
                )
            outcomes["reached the listeners"] = str(sum(_heard(each) for each in (tcp, udp, abstract)))
        outcomes["files left"] = " ".join(sorted(each.name for each in folder.iterdir()))
    outcomes["descriptors"] = attempt(nursery, "descriptors")
    outcomes["environment"] = attempt(nursery, "environment")
    return outcomes


def _heard(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(64)
        else:
            listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def as_nobody() -> dict[str, str]:
    """The same, with a worker that is nobody, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.workers.extractors.survey"],
        cwd=ROOT,
        env={"DEMS_S3__SECRET_KEY": SECRET, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, str] = json.loads(done.stdout)
    return outcomes


def become_nobody() -> None:
    """Also where the interpreter stands in a folder that is root's alone: its way is opened for this process only."""
    if os.getuid() != 0:
        return
    needed = {Path(each).resolve() for each in (sys.base_prefix, sys.prefix, str(ROOT))}
    shut = {
        next(each for each in reversed([path, *path.parents]) if not each.stat().st_mode & 0o001)
        for path in needed
        if any(not each.stat().st_mode & 0o001 for each in (path, *path.parents))
    }
    if shut:
        kernel.unshare(_CLONE_NEWNS)
        _mount("--make-rprivate", "/")
    for folder in shut:
        inside = sorted(path for path in needed if path.is_relative_to(folder))
        with_place = [(path, tempfile.mkdtemp(dir="/tmp")) for path in inside]
        for path, place in with_place:
            _mount("--bind", str(path), place)
        _mount("-t", "tmpfs", "-o", "mode=755", "none", str(folder))
        for path, place in with_place:
            path.mkdir(parents=True)
            _mount("--move", place, str(path))
            Path(place).rmdir()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # As after a start as nobody: whoever changes its user is hidden, and /proc is root's then.
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)  # noqa: S603, S607


def main() -> None:
    become_nobody()
    nursery = Nursery(identifier=FAMILY, families=(FAMILY,))
    try:
        sys.stdout.write(json.dumps(survey(nursery) | {"user": str(os.getuid())}))
    finally:
        nursery.close()


if __name__ == "__main__":
    main()
