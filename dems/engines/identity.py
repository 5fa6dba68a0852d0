"""As whom the engines run.

PostgreSQL refuses to run as root, and nothing should run as root that need not. So root's engines get
a user namespace in which they are an ordinary user: no account is made, no file changes hands, and
the data folder stays closed to everyone else. Where the kernel or a container refuses namespaces,
the engines run as ``nobody`` in folders that we made and hand over.
"""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dems.engines import launcher
from dems.engines.errors import FolderRefused, StartFailed, UnprivilegedIdNeeded

_NOBODY = 65534
_TRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Identity:
    """How a child is to run: `word` is for the launcher, `owner` the id its files must belong to, if not ours."""

    word: str = "keep"
    owner: int | None = None

    def hand_over(self, path: Path) -> None:
        """Give a file or folder that we made to the id that the engines run as."""
        if self.owner is not None:
            os.chown(path, self.owner, self.owner, follow_symlinks=False)


KEEP = Identity()


def choose_identity(data_folder: Path) -> Identity:
    """An identity that is not root and has a name, as PostgreSQL wants. Raises `UnprivilegedIdNeeded`, `StartFailed`."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return KEEP
    named = _ordinary_account()
    if named is not None:
        mapped = Identity(f"map:{named[0]}:{named[1]}")
        if _works(mapped, Path("/")):
            return mapped
    if os.geteuid() != 0:
        raise UnprivilegedIdNeeded(
            f"User id {os.geteuid()} has no name in /etc/passwd, which PostgreSQL needs, and this machine refuses user "
            "namespaces: run DEMS as a user with a name, or allow them (sysctl user.max_user_namespaces)."
        )
    dropped = Identity(f"drop:{_NOBODY}:{_NOBODY}", owner=_NOBODY)
    if _has_name(_NOBODY) and _works(dropped, Path("/")) and _reachable(data_folder):
        return dropped
    raise UnprivilegedIdNeeded(
        f"DEMS runs as root, this machine refuses user namespaces, and user id {_NOBODY} cannot reach {data_folder}: "
        "run DEMS as an ordinary user, allow user namespaces (sysctl user.max_user_namespaces), "
        "or set DEMS_DATA_DIR to a new folder whose parents all users may enter, such as /var/lib/dems."
    )


def prepare_folders(identity: Identity, data_folder: Path, engine_folders: list[Path]) -> None:
    """Where the engines run as another id: hand the engines' own folders over, and let that id pass through ours.

    Passing through (mode 0711) shows no names; each file keeps its own mode. All these folders were made by us.
    """
    for folder in engine_folders:
        owner = folder.stat().st_uid
        wanted = os.geteuid() if identity.owner is None else identity.owner
        if owner == wanted:
            continue
        if identity.owner is None or any(folder.iterdir()):
            raise FolderRefused(
                f"{folder} belongs to user id {owner} and its engine would run as {wanted}: "
                f"run `chown -R {wanted}:{wanted}` on it if DEMS shall run this way from now on."
            )
        identity.hand_over(folder)
    if identity.owner is not None and not data_folder.stat().st_mode & 0o001:
        data_folder.chmod(0o711)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _ordinary_account() -> tuple[int, int] | None:
    """Any account that is not root's: inside the namespace only its having a name matters."""
    if _has_name(_NOBODY):
        return _NOBODY, _NOBODY
    return next(((entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall() if entry.pw_uid != 0), None)


def _works(identity: Identity, folder: Path) -> bool:
    """Whether the kernel lets a child become this. Raises `StartFailed` where that is not known in time: it is no refusal."""
    command = [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), "9", identity.word, str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  (our own launcher)
            [*command, "--", "/proc/self/exe", "-c", ""],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TRY_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise StartFailed(
            f"A process that does nothing was not done within {_TRY_SECONDS:.0f} seconds: this machine has too much to do."
        ) from error
    except OSError:
        return False
    return done.returncode == 0


def _reachable(folder: Path) -> bool:
    """Whether all users may enter every parent of the folder; the folder itself is made by us."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents if parent.exists())
