"""The programs that are compared, each started anew: `dems upload`, and plain boto3 doing the same."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.installation import Installation, secret

_SECONDS = 1200.0

_UPLOAD_FILE = """
import boto3, sys
from boto3.s3.transfer import TransferConfig
endpoint, access, secret, bucket, key, path, part, threads = sys.argv[1:]
client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=access,
                      aws_secret_access_key=secret)
config = TransferConfig(multipart_threshold=int(part), multipart_chunksize=int(part), max_concurrency=int(threads))
client.upload_file(path, bucket, key, ExtraArgs={"ChecksumAlgorithm": "SHA256"}, Config=config)
"""

_PUT_OBJECTS = """
import boto3, os, sys
from botocore.config import Config
from concurrent.futures import ThreadPoolExecutor
endpoint, access, secret, bucket, key, folder, threads = sys.argv[1:]
client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=access,
                      aws_secret_access_key=secret, config=Config(max_pool_connections=int(threads)))
def put(path):
    with open(path, "rb") as file:
        client.put_object(Bucket=bucket, Key=f"{key}/{os.path.relpath(path, folder)}", Body=file.read())
paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
with ThreadPoolExecutor(int(threads)) as pool:
    list(pool.map(put, paths))
print(len(paths))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """`seconds` from the start of the program; `peak` is its largest resident memory in bytes; `events` what it said."""

    seconds: float
    peak: int
    events: list[dict[str, object]]


class Programs:
    """Runs them against one installation. `state` is where `dems upload` remembers what it sent."""

    def __init__(self, installed: Installation, url: str, token: str, state: Path) -> None:
        settings = installed.settings.s3
        self._store = (settings.endpoint or "", settings.access_key, secret(settings.secret_key))
        self._bucket = settings.buckets.evidence
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DEMS_")},
            "DEMS_URL": url,
            "DEMS_TOKEN": token,
            "DEMS_STATE_DIR": str(state),
        }

    def upload_file(self, key: str, path: Path, part: int, threads: int) -> float:
        return self._plain(_UPLOAD_FILE, [*self._store, self._bucket, key, str(path), str(part), str(threads)])

    def put_objects(self, key: str, folder: Path, threads: int) -> float:
        return self._plain(_PUT_OBJECTS, [*self._store, self._bucket, key, str(folder), str(threads)])

    def _plain(self, program: str, arguments: Sequence[str]) -> float:
        begun = time.perf_counter()
        subprocess.run(  # noqa: S603 our own program
            [sys.executable, "-c", program, *arguments], check=True, timeout=_SECONDS, stdout=subprocess.DEVNULL
        )
        return time.perf_counter() - begun

    def dems_upload(self, case: str, path: Path, *options: str, until: str | None = None, files: int = 1) -> Ended:
        """Runs until it ends, or until it has said `until` of every file: then it is killed, and was measured."""
        argv = [sys.executable, "-m", "dems.cli", "upload", case, str(path), "--exhibit-prefix", "B", "--json"]
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 our own program
            [*argv, *options], env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        events: list[dict[str, object]] = []
        peak = said = 0
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("no pipe to the program")
        for line in process.stdout:
            event = json.loads(line)
            events.append(event)
            said += event.get("event") == until
            if until is not None and said >= files:
                seconds = time.perf_counter() - begun
                peak = _peak(process.pid)
                process.send_signal(signal.SIGKILL)
                process.wait()
                process.stderr.close()
                return Ended(seconds, peak, events)
            if len(events) % 50 == 1:
                peak = max(peak, _peak(process.pid))
        errors = process.stderr.read()
        if process.wait(_SECONDS) != 0 or until is not None:
            raise RuntimeError(f"dems upload ended with {process.returncode}: {errors[-2000:]}")
        return Ended(time.perf_counter() - begun, peak, events)


def _peak(pid: int) -> int:
    with suppress(OSError, psutil.Error):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
