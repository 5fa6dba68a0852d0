"""Servers on loopback that stand where clients reach the store: with certificates of an authority made here, or simply odd."""

import contextlib
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Issues certificates; `file` is what trusts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of a test")])
        now = datetime.now(UTC)
        certificate = (
            self._begin(self._name, self._key.public_key(), now - timedelta(days=400), now + timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, *, ends_in: timedelta, address: str = "127.0.0.1") -> ssl.SSLContext:
        """A server's, with a certificate for `address`."""
        key = ec.generate_private_key(ec.SECP256R1())
        ends = datetime.now(UTC) + ends_in
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "store")])
        leaf = (
            self._begin(name, key.public_key(), ends - timedelta(days=90), ends)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"{leaf.serial_number}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _begin(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )


@contextlib.contextmanager
def tls_before(host: str, port: int, context: ssl.SSLContext) -> Iterator[str]:
    """TLS in front of a server that speaks plainly; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=_hand_on, args=(connection, host, port, context), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in (accepting, *threads):
            thread.join(10)


def _hand_on(plain: socket.socket, host: str, port: int, context: ssl.SSLContext) -> None:
    plain.settimeout(10)
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        stack.enter_context(plain)
        client = stack.enter_context(context.wrap_socket(plain, server_side=True))
        upstream = stack.enter_context(socket.create_connection((host, port), 10))
        while True:
            readable = [client] if client.pending() else select.select([client, upstream], [], [], 10)[0]
            for source, target in ((client, upstream), (upstream, client)):
                if source in readable:
                    data = source.recv(65536)
                    if not data:
                        return
                    target.sendall(data)
            if not readable:
                return


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@contextlib.contextmanager
def answering(
    answer: Callable[[Request], int], headers: Mapping[str, str] | None = None, *, ahead: timedelta = timedelta(0)
) -> Iterator[str]:
    """A server that answers with a status and no body, its clock `ahead` of ours; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sent = {name.lower(): value for name, value in self.headers.items()}
            status = answer(Request(self.command, self.path, sent, body))
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_PUT = do_OPTIONS = _answer  # noqa: N815 - names that the standard library looks for

        def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - as above
            return (datetime.now(UTC) + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
            """Nothing is written."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
