"""One POST to somebody else's server: bounded in time and in bytes whatever it does, and never led elsewhere."""

import asyncio
import ssl
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it came: the body is not decompressed, and `media_type` is without parameters, in lower case."""

    status: int
    media_type: str
    body: bytes


class NoAnswer(Exception):
    """The server gave no answer that could be read. The message says why."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Posts within `seconds`, from looking the name up to the last byte, and takes at most `most_bytes`.

    Certificates are checked, against those in `ca_file` where one is named. Redirects are not followed, and the
    environment is not asked for proxies: what is configured is whom we speak to.
    """

    seconds: float
    most_bytes: int
    ca_file: Path | None = None
    _context: list[ssl.SSLContext] = field(default_factory=list)

    async def post(self, url: str, body: bytes, media_type: str) -> Answered:
        """Raises `NoAnswer` when the server is not there, is too slow, says too much or is not who it should be."""
        headers = {"Content-Type": media_type, "Accept-Encoding": "identity", "User-Agent": "dems"}
        try:
            async with asyncio.timeout(self.seconds):
                return await self._post(url, body, headers)
        except TimeoutError as error:
            raise NoAnswer(f"it did not answer within {self.seconds:g} s") from error
        except httpx.TimeoutException as error:
            raise NoAnswer("it did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ExceptionGroup) as error:
            # A group is what the event loop makes of an address that it cannot even try.
            raise NoAnswer(f"it cannot be reached: {error}") from error

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answered:
        client = httpx.AsyncClient(
            verify=self._trusted(), timeout=self.seconds, follow_redirects=False, trust_env=False, headers=headers
        )
        async with client, client.stream("POST", url, content=body) as response:
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > self.most_bytes:
                    raise NoAnswer(f"it answered with more than {self.most_bytes} bytes")
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answered(response.status_code, media_type, bytes(received))

    def _trusted(self) -> ssl.SSLContext:
        """Read once: it takes longer than most answers."""
        if not self._context:
            self._context.append(ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file)))
        return self._context[0]


def all_at_once(questions: Sequence[Awaitable[T]]) -> list[T]:
    """Run them side by side, on a loop in a thread of its own; the answers are in the order of the questions."""

    async def gathered() -> list[T]:
        return list(await asyncio.gather(*questions))

    with ThreadPoolExecutor(1, thread_name_prefix="ask") as pool:
        return pool.submit(lambda: asyncio.run(gathered())).result()
