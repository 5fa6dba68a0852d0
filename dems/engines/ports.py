"""Free loopback ports. Each start asks for those of the start before, so that addresses written down stay true."""

import contextlib
import os
import random
import socket
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from dems.engines.errors import StartFailed
from dems.engines.identity import Identity

STORE_PORTS = ("master", "volume", "filer", "s3", "admin")
ALL_PORTS = ("postgres", "valkey", *STORE_PORTS)

# SeaweedFS listens for gRPC at the port plus this, and under fixed names in /tmp, whatever TMPDIR says.
GRPC_OFFSET = 10_000

# Port and port + 10000 both stay below the range from which the kernel takes ports for outgoing connections.
_LOWEST, _HIGHEST = 11_000, 22_500
_TRIES = 400


def reserve(wanted: Mapping[str, int], identity: Identity) -> dict[str, int]:
    """A free port for each engine: the wanted one if nobody else has it. Raises `StartFailed`.

    Nothing holds a port between this check and the engine's own bind; a start that loses that race is tried again.
    """
    taken: dict[str, int] = {}
    dice = random.SystemRandom()
    for name in ALL_PORTS:
        candidates = [wanted[name]] if name in wanted else []
        candidates += [dice.randint(_LOWEST, _HIGHEST) for _ in range(_TRIES)]
        for port in candidates:
            if port not in taken.values() and is_free(name, port, identity):
                taken[name] = port
                break
        else:
            raise StartFailed(
                f"No free port was found between {_LOWEST} and {_HIGHEST} on 127.0.0.1: end some other program."
            )
    return taken


def is_free(name: str, port: int, identity: Identity) -> bool:
    """Whether the engine could listen there."""
    if name not in STORE_PORTS:
        return _binds(port)
    path = grpc_socket(name, port)
    return not (os.path.lexists(path) and not _is_ours(path, identity)) and _binds(port) and _binds(port + GRPC_OFFSET)


def grpc_socket(name: str, port: int) -> Path:
    """The socket that SeaweedFS opens beside a gRPC port; its name cannot be configured."""
    return Path(f"/tmp/seaweedfs-{name}-grpc-{port + GRPC_OFFSET}.sock")  # noqa: S108  (its choice, not ours)


def remove_grpc_sockets(ports: Mapping[str, int], identity: Identity) -> None:
    """Remove what a killed store left in the temporary folder, where it is ours."""
    for name in STORE_PORTS:
        if name in ports:
            path = grpc_socket(name, ports[name])
            with contextlib.suppress(OSError):
                if _is_ours(path, identity):
                    path.unlink()


def listening_everywhere(ports: Iterable[int]) -> bool:
    """Whether something accepts connections at each of these ports."""
    for port in ports:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return False
    return True


def _is_ours(path: Path, identity: Identity) -> bool:
    status = path.lstat()
    return stat.S_ISSOCK(status.st_mode) and status.st_uid in (os.geteuid(), identity.owner)


def _binds(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the engines do: only a listener is in the way
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
