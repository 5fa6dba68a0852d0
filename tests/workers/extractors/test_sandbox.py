"""Each lock of the sandbox, alone, in a process that puts it on and tries."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.workers.extractors.survey import ROOT
from workers.extractors.sandbox import SandboxLevel

BEGIN = """
import errno, os, socket, sys
from workers.extractors import kernel, landlock, sandbox, seccomp
def hear(step):
    try:
        step()
        return "worked"
    except OSError as error:
        return errno.errorcode[error.errno]
"""


def said(script: str, *arguments: str) -> list[str]:
    """What a process says that runs this; its words, line by line."""
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", BEGIN + script, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_levels_are_in_order() -> None:
    levels: Sequence[SandboxLevel] = list(SandboxLevel)
    for place, reached in enumerate(levels):
        assert [reached.reaches(required) for required in levels] == [each <= place for each in range(len(levels))]


def test_landlock_alone_refuses_files_tcp_abstract_sockets_and_signals_of_others() -> None:
    name = f"dems-landlock-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0" + name)
        abstract.listen()
        heard = said(
            """
tcp = lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2).close()
abstract = lambda: socket.socket(socket.AF_UNIX).connect("\\0" + sys.argv[2])
steps = (
    lambda: open("/etc/passwd").close(), lambda: open("/tmp/dems-landlock", "w").close(), lambda: os.listdir("/"),
    lambda: os.execv("/bin/true", ["true"]) if landlocked else open("/bin/true").close(), tcp, abstract,
    lambda: os.kill(os.getppid(), 0),
)
landlocked = False
print(*map(hear, steps))
kernel.gain_nothing()
landlock.no_files()
landlocked = True
print(*map(hear, steps), hear(lambda: os.kill(os.getpid(), 0)))
print(landlock.version())
""",
            str(tcp.getsockname()[1]),
            name,
        )
    assert heard[:7] == ["worked"] * 7
    assert heard[7:11] == ["EACCES"] * 4
    version = int(heard[-1])
    assert heard[11] == ("EACCES" if version >= 4 else "worked")
    assert heard[12:14] == (["EPERM", "EPERM"] if version >= 6 else ["worked", "worked"])
    assert heard[14] == "worked"


def test_a_network_of_its_own_has_no_way_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        heard = said(
            """
udp = lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(sys.argv[1])))
print(hear(udp), sandbox.enclose(), hear(udp))
""",
            str(udp.getsockname()[1]),
        )
    assert heard == ["worked", "None", "ENETUNREACH"]


def test_seccomp_alone_allows_computing_and_refuses_the_rest() -> None:
    heard = said(
        """
kernel.gain_nothing()
seccomp.only_parse()
import array, resource
print(
    hear(lambda: bytearray(2**24)), hear(lambda: os.write(1, b"")), hear(lambda: resource.getrlimit(resource.RLIMIT_AS)),
    hear(lambda: os.open("/", os.O_RDONLY)), hear(lambda: os.kill(os.getpid(), 0)), hear(os.fork),
    hear(lambda: os.pipe()), hear(lambda: os.stat("/")), hear(lambda: os.setuid(os.getuid())),
)
sys.stdout.flush()
os._exit(0)
"""
    )
    assert heard == ["worked"] * 3 + ["EPERM"] * 6


def test_a_process_that_gave_up_its_capabilities_has_none() -> None:
    before, after = said(
        """
before = kernel.has_capabilities()
kernel.drop_bounds()
kernel.drop_capabilities()
print(before, kernel.has_capabilities())
"""
    )
    assert (before, after) == (str(os.geteuid() == 0), "False")


def test_limits_are_counted_from_what_the_process_has_already() -> None:
    heard = said(
        """
import resource
page = bytearray(2**27)
os.dup2(1, 3)
os.closerange(0, 3)
sys.stdout = None
parent = os.getpid()
process = os.fork()
if process == 0:
    reached = sandbox.lock(memory=2**28, seconds=5, parent=parent, enclosed=False)
    def fits(size):
        try:
            return len(bytearray(size)) == size
        except MemoryError:
            return False
    words = [reached.level.value, *reached.missing, fits(2**27), fits(3 * 2**27), resource.getrlimit(resource.RLIMIT_CPU)]
    os.write(3, repr(words).encode())
    os._exit(0)
os.waitpid(process, 0)
"""
    )
    assert " ".join(heard) == "['full', True, False, (5, 6)]"


def test_a_reader_whose_parent_is_gone_ends_at_once() -> None:
    heard = said(
        """
process = os.fork()
if process == 0:
    sandbox.lock(memory=2**28, seconds=5, parent=1_000_000_000, enclosed=False)
    os._exit(9)
print(os.waitpid(process, 0)[1])
"""
    )
    assert heard == ["0"]


@pytest.mark.parametrize("machine", ["riscv64", "i686"])
def test_a_machine_whose_calls_are_not_known_is_not_filtered_and_says_so(machine: str) -> None:
    heard = said(
        f"""
import os
real = os.uname()
os.uname = lambda: os.uname_result((real.sysname, real.nodename, real.release, real.version, {machine!r}))
try:
    seccomp.only_parse()
except OSError as error:
    print(error)
"""
    )
    assert " ".join(heard) == f"the calls of a {machine} are not known here"
