"""The certificate that clients of the store will see."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dems.cli.doctor.findings import Finding, warning, well, wrong

_PART = "direct upload: TLS"
_SECONDS = 5.0
_SOON = timedelta(days=14)


def certificate(host: str, port: int, ca_file: Path | None) -> Iterator[Finding]:
    """Whether clients can trust it, and for how long. Raises `OSError` when nothing answers."""
    try:
        ends = _ends(host, port, ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        if ca_file is None:
            yield wrong(_PART, _refused(host, error))
            return
    except ssl.SSLError as error:
        yield wrong(_PART, f"{host} port {port} does not speak TLS ({error.reason or error})")
        return
    else:
        yield _within(ends, f"{host} is known to this system's authorities")
        return
    try:
        ends = _ends(host, port, ssl.create_default_context(cafile=ca_file))
    except ssl.SSLCertVerificationError as error:
        yield wrong(_PART, _refused(host, error))
        return
    yield _within(ends, f"{host} is known to DEMS_S3__CA_FILE")
    yield warning(_PART, "known to DEMS_S3__CA_FILE only: clients refuse it unless they are given that authority too")


def _within(ends: datetime, known: str) -> Finding:
    left = ends - datetime.now(UTC)
    if left < _SOON:
        return warning(_PART, f"{known}, but its certificate ends in {left.days} days ({ends:%Y-%m-%d}): renew it")
    return well(_PART, f"{known}, its certificate is good until {ends:%Y-%m-%d}")


def _refused(host: str, error: ssl.SSLCertVerificationError) -> str:
    return f"the certificate of {host} is refused ({error.verify_message}): clients will refuse it too, renew or replace it"


def _ends(host: str, port: int, context: ssl.SSLContext) -> datetime:
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(socket.create_connection((host, port), _SECONDS))
        connection = stack.enter_context(context.wrap_socket(plain, server_hostname=host))
        shown = connection.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
