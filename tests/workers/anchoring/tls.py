"""The odd servers, over TLS."""

import contextlib
import socket
import ssl
from collections.abc import Iterator

from tests.workers.anchoring import odd_servers


@contextlib.contextmanager
def serving_over_tls(context: ssl.SSLContext, behave: odd_servers.Behave) -> Iterator[str]:
    """As `odd_servers.server`; who does not accept the certificate never sends a request."""

    def wrapped(connection: socket.socket) -> socket.socket:
        return context.wrap_socket(connection, server_side=True)

    with odd_servers.server(behave, wrap=wrapped) as url:
        yield url.replace("http://", "https://")
