"""A reader of findings of our own interface, for tests of what is done with them: it reads the bytes, and no process dies of it.

What files are made of is `word argument …`; `crash` is a file that its reader dies of, `sleep` one that it does not come
to the end of, `pictures` one that renditions are made from. `tests/workers/test_reading.py` holds it against the real one.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dems.model.findings import Confidence, Finding, Reading, Rendition, RenditionKind, ResultState, ValueType
from dems.ports import NoReaders, ReaderDied
from storage.interface import ObjectStore, StoredVersion

CRASHED = "The reader of this file crashed: it reached for memory that is not its own (SIGSEGV)."
PICTURES = (b"\xff\xd8\xff first picture", b"\xff\xd8\xff second picture")
TOOL, VERSION = "tests", "1"


@dataclass
class Reader:
    """`before` is called with what is about to be read; `broken` says why nothing can be read at all."""

    store: ObjectStore
    before: Callable[[StoredVersion], None] = field(default=lambda _: None)
    broken: str | None = None
    version: str = VERSION
    scanned: tuple[Finding, ...] = ()
    """What a scanner says of files that kill their reader."""
    read: list[tuple[str, str, bool]] = field(default_factory=list)
    """Versions that were read to their end, the extensions of their names, and whether with patience."""

    def __call__(self, stored: StoredVersion, extension: str, *, patient: bool, alive: Callable[[], None]) -> Reading:
        if self.broken is not None:
            raise NoReaders(self.broken)
        content = self._content(stored)
        self.before(stored)
        alive()
        word = content.split(b" ", 1)[0]
        if word == b"crash":
            raise ReaderDied(CRASHED, self.scanned)
        while word == b"sleep":
            alive()
            time.sleep(0.01)
        self.read.append((stored.version_id, extension, patient))
        text = content[:2000].decode("utf-8", "replace").replace("\0", "\ufffd")
        findings = [self._found("media_type", "text/plain", ("disagrees",) if extension == "mp4" else ())]
        findings += [self._found("text.start", line) for line in text.splitlines()]
        shown = PICTURES if word == b"pictures" else ()
        return Reading(
            state=ResultState.COMPLETE,
            reason=None,
            media_type="text/plain",
            findings=findings,
            warnings=(),
            renditions=[Rendition(RenditionKind.FRAME, "image/jpeg", 4, 3, p, float(n)) for n, p in enumerate(shown)],
            tools=self.tools(),
            sandbox="none",
            bytes_read=len(content),
            requests=1,
            seconds=0.001,
        )

    def tools(self) -> Mapping[str, str]:
        return {TOOL: self.version}

    def _found(self, name: str, value: str, flags: tuple[str, ...] = ()) -> Finding:
        return Finding(name, ValueType.TEXT, value, None, None, "bytes", TOOL, self.version, Confidence.DETECTED, flags)

    def _content(self, stored: StoredVersion) -> bytes:
        content = bytearray(stored.size)
        with self.store.open(stored.key, stored.version_id) as stream:
            at = 0
            while at < len(content) and (count := stream.readinto(memoryview(content)[at:])):
                at += count
        return bytes(content)
