"""Where and as whom: an ordinary user, no namespaces, a full disk, a read-only one."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dems.engines import identity
from dems.engines.errors import StartFailed

NOBODY = 65534
# Root inside a namespace of its own may mount, whoever runs the tests.
MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")

START_AND_STOP = """
import json, os, stat, sys
from pathlib import Path
from dems.engines import Engines
folder = Path(sys.argv[1])
with Engines(folder) as engines:
    assert engines.check() == []
    print(json.dumps({
        "uids": [Path(f"/proc/{pid}").stat().st_uid for pid in engines.processes().values()],
        "mode": stat.S_IMODE(folder.stat().st_mode),
        "postgres": (folder / "postgres").stat().st_uid,
        "secrets": [(folder / "secrets.json").stat().st_uid, stat.S_IMODE((folder / "secrets.json").stat().st_mode)],
    }))
    if os.geteuid() == 0:
        engines.restart("seaweedfs")
        engines.restart("postgres")
        assert engines.check() == []
"""

# A namespace in which all ids exist and no further namespace may be made: a container that refuses them.
WITHOUT_NAMESPACES = """
import ctypes, os, runpy, sys
inside, ready = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(inside[1], b"x")
    os.read(ready[0], 1)
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    exec(sys.argv.pop(2))
    sys.stdout.flush()
    os._exit(0)
os.read(inside[0], 1)
size = 4294967295 if os.geteuid() == 0 else 1
if os.geteuid() != 0:
    open(f"/proc/{child}/setgroups", "w").write("deny")
for name, own in (("uid_map", os.geteuid()), ("gid_map", os.getegid())):
    with open(f"/proc/{child}/{name}", "w") as file:
        file.write(f"0 {own} {size}")
os.write(ready[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

REFUSED = """
from pathlib import Path
import sys
from dems.engines import EngineError, Engines
try:
    Engines(Path(sys.argv[1])).start()
except EngineError as error:
    print(type(error).__name__, error)
"""

FULL = """
import os, subprocess, sys
from pathlib import Path
from dems.engines import DiskRefused, Engines, folder
disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m,mode=700", "none", disk], check=True)
def refused():
    try:
        Engines(disk / "data").start()
    except DiskRefused as error:
        print(error)
    else:
        print("started")
refused()
folder._FLOOR_FIRST_START = folder._FLOOR_LATER_START = 0
refused()  # in the middle of initdb
subprocess.run(["mount", "-o", "remount,ro", "none", disk], check=True)
refused()
subprocess.run(["mount", "-o", "remount,rw,size=400m", "none", disk], check=True)
with Engines(disk / "data") as engines:
    print(engines.check())
"""


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed."""
    place = Path(tempfile.mkdtemp(prefix="dems test "))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def _for_all() -> str:
    """An interpreter of this version that every user may run: root's own may lie in a closed folder."""
    own = Path(sys.executable).resolve()
    if all(parent.stat().st_mode & 0o001 for parent in own.parents):
        return sys.executable
    found = shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}", path=os.defpath)
    assert found is not None, "this test needs a Python that other users may run"
    return found


if os.geteuid() == 0:
    # Only root can become another user; run by an ordinary one, all the other tests here are that case already.

    def test_an_ordinary_user_needs_nothing_special(open_place: Path, script: Callable[..., Any]) -> None:
        os.chown(open_place, NOBODY, NOBODY)
        prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
        found = json.loads(
            script(START_AND_STOP, str(open_place / "data"), prefix=prefix, interpreter=_for_all()).output()
        )
        assert found == {"uids": [NOBODY] * 3, "mode": 0o700, "postgres": NOBODY, "secrets": [NOBODY, 0o600]}

    def test_root_without_namespaces_runs_engines_as_nobody(open_place: Path, script: Callable[..., Any]) -> None:
        found = json.loads(script(WITHOUT_NAMESPACES, str(open_place / "data"), START_AND_STOP).output())
        assert found == {"uids": [NOBODY] * 3, "mode": 0o711, "postgres": NOBODY, "secrets": [0, 0o600]}


def test_a_machine_that_does_not_answer_in_time_is_not_taken_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_TRY_SECONDS", 0)
    monkeypatch.setattr(
        identity, "_has_name", lambda uid: uid != os.geteuid()
    )  # nor does an ordinary user go on as it is
    with pytest.raises(StartFailed, match="was not done within 0 seconds: this machine has too much to do"):
        identity.choose_identity(tmp_path)


def test_root_without_namespaces_in_a_private_place_is_told_what_to_set(
    tmp_path: Path, script: Callable[..., Any]
) -> None:
    tmp_path.chmod(0o700)
    said = script(WITHOUT_NAMESPACES, str(tmp_path / "data"), REFUSED).output()
    assert said.startswith("UnprivilegedIdNeeded DEMS runs as root, this machine refuses user namespaces")
    assert "set DEMS_DATA_DIR" in said
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_full_and_a_read_only_disk_are_named_and_leave_no_obstacle(
    tmp_path: Path, script: Callable[..., Any]
) -> None:
    small, middle, read_only, started = script(FULL, str(tmp_path), prefix=MOUNTS).output().splitlines()
    assert "MB free and a start needs 256 MB: free some space" in small
    assert middle.startswith("The disk that holds ")
    assert middle.endswith("is full: free some space on it and start again.")
    assert read_only.endswith("is read-only: make it writable and start again.")
    assert started == "[]"
