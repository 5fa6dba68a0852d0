"""Is the object store closed? Asked of the running store, because SeaweedFS runs open when a file of its is wrong.

Every port is tried as an attacker without keys would: in plain text, over TLS without a certificate and over TLS with
a certificate of another authority, in HTTP/1.1 and in the opening bytes of HTTP/2 (gRPC). A closed port breaks off
before it says anything. The S3 port speaks to everyone, so it is asked for anonymous reads and writes.
"""

import contextlib
import http.client
import socket
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from dems.engines.certificates import Certificates, make_certificates

_SECONDS = 30.0
_HTTP = b"GET /dir/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
_HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"  # preface, empty SETTINGS
# What Go's TLS server says to plain HTTP before it hangs up: it shows that TLS is on.
_WANTS_TLS = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
_ANONYMOUS = (
    ("GET", "/"),
    ("PUT", "/dems-probe"),
    ("PUT", "/evidence/dems-probe"),
    ("GET", "/evidence?versions"),
    ("DELETE", "/evidence"),
    ("POST", "/?Action=ListUsers&Version=2010-05-08"),
)
_REFUSED = frozenset({400, 401, 403, 405, 501})


def exposed(*, closed_ports: Iterable[int], s3_port: int, scratch: Path) -> list[str]:
    """What answered and should not have, in words; empty when all is closed. No end in time counts as one.

    `scratch` is a private folder; a key for one of the attacks lies in it for a moment.
    """
    findings: list[str] = []
    with _contexts(scratch) as contexts:
        for port in closed_ports:
            for opening in (_HTTP, _HTTP2):
                if _speaks(port, opening, None):
                    findings.append(f"port {port} answers in plain text")
                findings += [
                    f"port {port} answers over TLS {name}"
                    for name, context in contexts.items()
                    if _speaks(port, opening, context)
                ]
    findings += [
        f"S3 answers {method} {path} without credentials"
        for method, path in _ANONYMOUS
        if _allows(s3_port, method, path)
    ]
    return list(dict.fromkeys(findings))


def _speaks(port: int, opening: bytes, context: ssl.SSLContext | None) -> bool:
    """Whether anything comes back. A port that cannot be reached counts too: nothing is known of it."""
    try:
        plain = socket.create_connection(("127.0.0.1", port), _SECONDS)
    except OSError:
        return True
    try:
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(plain)
            if context is not None:
                connection = stack.enter_context(context.wrap_socket(connection))
            connection.sendall(opening)
            answer = connection.recv(1024)
    except TimeoutError:
        return True
    except OSError:  # a reset or a TLS alert
        return False
    return answer not in (b"", _WANTS_TLS)


def _allows(port: int, method: str, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request(method, path, body=b"probe" if method == "PUT" else None)
        return connection.getresponse().status not in _REFUSED
    except (OSError, http.client.HTTPException):
        return True
    finally:
        connection.close()


@contextlib.contextmanager
def _contexts(scratch: Path) -> Iterator[dict[str, ssl.SSLContext]]:
    strange = _client(alpn=["h2", "http/1.1"])
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        _load(strange, make_certificates(), Path(folder))
    yield {"without a certificate": _client(alpn=["h2", "http/1.1"]), "with a strange certificate": strange}


def _client(*, alpn: list[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # whom we attack is not the question
    context.set_alpn_protocols(alpn)
    return context


def _load(context: ssl.SSLContext, certificates: Certificates, folder: Path) -> None:
    """`ssl` reads certificates from files only."""
    (folder / "leaf.pem").write_bytes(certificates.leaf + certificates.authority)
    key = folder / "leaf.key"
    key.touch(mode=0o600)
    key.write_bytes(certificates.leaf_key)
    context.load_cert_chain(folder / "leaf.pem", key)
