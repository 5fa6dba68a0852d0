"""Waiting for what the database tells of, or for a while: a connection of its own, and never a reason to fail."""

import logging
import threading
import time

import psycopg

log = logging.getLogger(__name__)

_GLANCE_SECONDS = 0.5
"""So often it is looked whether the process is to end."""


class Bell:
    """Rings when something is told on a channel. Where the connection is gone, the time alone says when to look again."""

    def __init__(self, url: str, channel: str, ended: threading.Event) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._channel = channel
        self._ended = ended
        self._connection: psycopg.Connection | None = None

    def wait(self, seconds: float) -> None:
        """Return when it rings, when `ended` is set, and after `seconds` at the latest."""
        try:
            connection = self._connection = self._connection or self._connected()
            until = time.monotonic() + seconds
            while not self._ended.is_set() and (left := until - time.monotonic()) > 0:
                if any(True for _ in connection.notifies(timeout=min(left, _GLANCE_SECONDS), stop_after=1)):
                    return
        except psycopg.Error as error:
            log.warning("not_listening", extra={"error": type(error).__name__})
            self.close()
            self._ended.wait(seconds)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        connection = psycopg.connect(self._url, autocommit=True, connect_timeout=5, application_name="dems listening")
        connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(self._channel)))
        return connection
