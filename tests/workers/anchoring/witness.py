"""A witness (C2SP tlog-witness) as a program of its own: a server with its key, the logs it trusts and its state in a folder.

``python -m tests.workers.anchoring.witness FOLDER`` prints its port. The folder holds `key` (its private key), `logs` (one
verifier key a line) and, once it has cosigned something, one file for each log with the last checkpoint.
"""

import os
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.invalid import LedgerInvalid, Malformed, NotProved
from dems.ledger.keys import SigningKey, VerifierKey
from dems.ledger.note import Note
from dems.ledger.signing import attested, cosign
from dems.ledger.succession import verify_succession
from dems.ledger.witness_request import MAX_REQUEST_BYTES, AddCheckpoint, signatures_to_bytes, size_to_bytes

ROOT = Path(__file__).parents[3]
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


class Witnessing:
    """What the specification asks of a witness, in its order. Looking and writing down are one step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = SigningKey.from_bytes((folder / "key").read_bytes())
        self._logs = {
            key.name: key for key in map(VerifierKey.from_text, (folder / "logs").read_text(encoding="utf-8").split())
        }
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> tuple[int, str, bytes]:
        try:
            request = AddCheckpoint.from_bytes(body)
            note = Note.from_bytes(request.checkpoint)
            offered = Checkpoint.from_text(note.text)
        except Malformed:
            return 400, TEXT, b"malformed\n"
        if offered.origin not in self._logs:
            return 404, TEXT, b"unknown log\n"
        try:
            attested(note, [self._logs[offered.origin]])
        except (LedgerInvalid, NotProved):
            return 403, TEXT, b"no signature of the log\n"
        with self._lock:
            return self._go_on(request, note.text, offered)

    def _go_on(self, request: AddCheckpoint, text: str, offered: Checkpoint) -> tuple[int, str, bytes]:
        file = self._folder / urlsafe_b64encode(sha256(offered.origin.encode()).digest()).decode()
        held = Checkpoint.from_text(file.read_text(encoding="utf-8")) if file.exists() else None
        size = 0 if held is None else held.size
        if request.old != size:
            return 409, SIZE, size_to_bytes(size)
        if held is not None and held.size == offered.size and held.root != offered.root:
            return 409, TEXT, b"another tree\n"
        try:
            verify_succession(held, offered, request.proof)
        except LedgerInvalid:
            return 422, TEXT, b"the proof does not hold\n"
        beside = file.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        beside.rename(file)
        return 200, TEXT, signatures_to_bytes([cosign(text, self._key, int(time.time()))])


class Handler(BaseHTTPRequestHandler):
    witnessing: Witnessing

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length", "0")), MAX_REQUEST_BYTES + 1)
        body = self.rfile.read(length)
        if self.path == "/witness/add-checkpoint":
            status, media_type, answer = self.witnessing.add_checkpoint(body)
        else:
            status, media_type, answer = 404, TEXT, b"no such page\n"
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that the library gave it
        pass


class RunningWitness:
    """The program, started and ended by a test. Its state outlives it."""

    def __init__(self, folder: Path, key: SigningKey, *logs: VerifierKey) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "key").write_bytes(key.to_bytes())
        (folder / "logs").write_text("".join(f"{log.to_text()}\n" for log in logs), encoding="utf-8")
        self.folder = folder
        self.key = key.key
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 our own interpreter
            [sys.executable, "-m", __name__, str(self.folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/witness/"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def main(folder: Path) -> None:
    class Own(Handler):
        witnessing = Witnessing(folder)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
