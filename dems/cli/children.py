"""The programs that `dems up` keeps running beside the engines, and exactly what each is told."""

import json
import os
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from dems.engines import Connections
from dems.engines.supervisor import Child
from dems.settings import Settings
from storage.settings import S3Identity

ROOT = Path(__file__).parents[2]
"""Where `api` and `workers` are found. The children work there, so that no module of another folder slips in front."""

SHARED = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "celery.worker.strategy",
    "kombu.transport.redis",
    "api.main",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.main",
    "uvicorn.protocols.http.httptools_impl",
    "workers.anchoring",
    "workers.reading",
    "workers.schedule",
    "workers.signer",
    "workers.tasks",
)
"""What the children import between them. None of it does anything by being imported; `workers.app` does, and is not here."""

_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ")
_DELAYS_ONLY = {"broker", "space", "store_self_check", "readers", "custody_log"}
"""Parts of `/readyz` without which evidence can still be read: said aloud, but no reason not to start."""


def settings_beside(settings: Settings, connections: Connections) -> Settings:
    """The settings on running engines, with the owner's and the set-up identity's credentials."""
    setup = S3Identity(access_key=connections.s3_setup[0], secret_key=SecretStr(connections.s3_setup[1]))
    return settings.model_copy(
        update={
            "embedded": True,
            "database": settings.database.model_copy(
                update={
                    "url": SecretStr(connections.database_url),
                    "owner_url": SecretStr(connections.database_owner_url),
                }
            ),
            "s3": settings.s3.model_copy(
                update={
                    "endpoint": connections.s3_endpoint,
                    "access_key": connections.s3_app[0],
                    "secret_key": SecretStr(connections.s3_app[1]),
                    "setup": setup,
                    "sync_path": connections.store_path,
                    "region": "us-east-1",
                    "ca_file": None,
                }
            ),
            "broker": settings.broker.model_copy(update={"url": SecretStr(connections.broker_url)}),
        }
    )


def as_role(settings: Settings, database_url: str) -> Settings:
    """The same with another role of the database: of what takes entries into the log, and of what signs it."""
    database = settings.database.model_copy(update={"url": SecretStr(database_url)})
    return settings.model_copy(update={"database": database})


def restricted(settings: Settings) -> Settings:
    """The same without what only the operator may hold."""
    return settings.model_copy(
        update={
            "database": settings.database.model_copy(update={"owner_url": None}),
            "s3": settings.s3.model_copy(update={"setup": None}),
        }
    )


def surroundings() -> dict[str, str]:
    """Where programs and people are: nothing that is said of DEMS, and no secret."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def environment(settings: Settings) -> dict[str, str]:
    """A child's whole environment: where programs and people are, and every setting that is not a default."""
    return {**surroundings(), **_variables("DEMS", restricted(settings).model_dump(exclude_unset=True))}


def _variables(prefix: str, values: Mapping[str, Any], separator: str = "_") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in values.items():
        variable = f"{prefix}{separator}{name.upper()}"
        if isinstance(value, Mapping):
            found |= _variables(variable, value, "__")
        elif value is not None:
            found[variable] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.expanduser().absolute())  # the children work in another folder
    return value if isinstance(value, str) else json.dumps(value, default=_text)


def children(settings: Settings, connections: Connections, folder: Path, port: int) -> list[Child]:
    """In the order of starting. They are stopped in the reverse order: first what takes new work in."""
    environ, logs = environment(settings), folder / "logs"
    beat = folder / "beat"
    beat.mkdir(mode=0o700, exist_ok=True)

    def child(name: str, *arguments: str, told: dict[str, str] = environ, **more: Any) -> Child:
        argv = (sys.executable, "-m", *arguments)
        return Child(name, argv, told, logs / f"{name}.log", ROOT, entry=_ENTRIES[arguments[0]], **more)

    def of_the_log(name: str, database_url: str) -> Child:
        return child(name, f"workers.{name}", told=environment(as_role(settings, database_url)))

    def worker(queue: str, processes: int) -> Child:
        # Mingling and gossip are for clusters of workers; the broker's heartbeat does nothing over Redis.
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        name = f"worker-{queue}"
        return child(
            name,
            "celery",
            "-A",
            "workers.app:app",
            "worker",
            "-Q",
            queue,
            "-c",
            str(processes),
            "-n",
            f"{queue}@dems",
            *quiet,
            kind="celery",
        )

    address = f"http://{_reachable(settings.api.host)}:{port}"
    return [
        of_the_log("signer", connections.database_signer_url),
        of_the_log("sequencer", connections.database_sequencer_url),
        # Hours of reading one file must not keep the sweep waiting, so each queue has a worker of its own.
        worker("verify", settings.workers),
        worker("upkeep", 1),
        # What parses files is apart from what takes them in, and a video from a thousand photos.
        worker("extract", 1),
        worker("extract_large", 1),
        child("beat", *_beat(beat / "schedule"), kind="celery"),
        child("api", *_server(settings.api.host, port), ready=lambda: answers(address), stop_seconds=15),
    ]


_ENTRIES = {
    "celery": "celery.__main__:main",
    "uvicorn": "uvicorn.main:main",
    "workers.sequencer": "workers.sequencer:main",
    "workers.signer": "workers.signer:main",
}
"""What ``python -m`` of each calls."""


def _beat(schedule: Path) -> list[str]:
    return ["celery", "-A", "workers.app:app", "beat", "--schedule", str(schedule), "--pidfile="]


def _server(host: str, port: int) -> list[str]:
    return [
        *("uvicorn", "--factory", "api.main:app", "--host", host, "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--lifespan", "on"),
        # Our own log says each request once, without its query; uvicorn's would say it again, with it.
        *("--no-access-log", "--log-config", str(Path(__file__).with_name("uvicorn.json")), "--no-server-header"),
        # X-Forwarded-For is believed only by setting, and by the application itself.
        "--no-proxy-headers",
        # Longer than the minute after which the usual proxies let go, so that they never send into a closed connection.
        *("--timeout-keep-alive", "75"),
        *("--timeout-graceful-shutdown", "10"),
    ]


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def url_of(host: str, port: int) -> str:
    return f"http://{_reachable(host)}:{port}"


def answers(url: str) -> bool:
    """Whether the API lives and can do its work; what only delays work is not waited for."""
    return not (unready(url) - _DELAYS_ONLY)


def unready(url: str) -> set[str]:
    """The parts of `/readyz` that are not well; ``api`` when it does not answer."""
    try:
        # Asked over and over at a start, and of plain HTTP: it reads no authorities, which take longer than the answer.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with httpx.Client(base_url=url, timeout=5, trust_env=False, verify=nobody) as client:
            if client.get("/healthz").is_error:
                return {"api"}
            return {name for name, part in client.get("/readyz").json()["parts"].items() if not part["ok"]}
    except (httpx.HTTPError, ValueError, KeyError):
        return {"api"}
