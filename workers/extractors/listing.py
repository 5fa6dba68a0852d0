"""What is inside an archive, listed within bounds. Names and sizes are claims of whoever made it: what is odd about them is flagged."""

import re
from dataclasses import dataclass, field

from dems.model.findings import Confidence, Entry, Moment
from workers.extractors.report import Reporter

MAX_LISTED = 2_000
MAX_NAME = 1_000
MAX_RATIO = 200
"""Deflate reaches about 1,000 on zeros; text and documents stay below 30."""
SMALL = 1024 * 1024
"""Claimed bytes up to which no ratio is odd."""
_OUTSIDE = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:")
_NESTED = re.compile(
    r"\.(zip|7z|rar|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|cab|iso|jar|apk|ufdr|e01|pst|ost|mbox)$", re.IGNORECASE
)


@dataclass
class Listing:
    """Filled entry by entry; `finish` tells the sums. `source` names the place in the format."""

    tool: Reporter
    source: str
    count: int = 0
    size: int = 0
    encrypted: int = 0
    nested: int = 0
    outside: int = 0
    _seen: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return self.count >= MAX_LISTED

    def add(
        self,
        name: str,
        size: int | None,
        packed: int | None = None,
        modified: Moment | None = None,
        encrypted: bool | None = None,
        kind: str | None = None,
    ) -> None:
        """One entry. `kind` is ``folder`` or ``link`` where it is one."""
        self.count += 1
        self.size += size or 0
        self.encrypted += bool(encrypted)
        flags = []
        if _OUTSIDE.search(name):
            flags.append("outside")
            self.outside += 1
        if name in self._seen:
            flags.append("repeated")
        self._seen.add(name)
        if size is not None and packed and size > SMALL and size / packed > MAX_RATIO:
            flags.append("ratio")
        if kind == "link":
            flags.append("link")
        if kind is None and _NESTED.search(name):
            flags.append("nested")
            self.nested += 1
        more: dict[str, str | int | float | bool] = {} if packed is None else {"packed": packed}
        entry = Entry(name[:MAX_NAME], size, modified, None, encrypted, kind, more)
        self.tool.found("entry", entry, self.source, flags=flags)

    def finish(self, claimed: int | None = None, packed: int | None = None) -> None:
        """`claimed` is the number of entries that the archive states, where it states one; `packed` its own size."""
        report = self.tool.report
        if claimed is not None:
            short = claimed != self.count and not self.full
            self.tool.found("entries", claimed, self.source, flags=("disagrees",) if short else ())
        if claimed is None or (claimed != self.count and not self.full):
            self.tool.found("entries", self.count, self.source, confidence=Confidence.DERIVED)
        self.tool.found("entries.size", self.size, self.source, unit="B", confidence=Confidence.DERIVED)
        self.tool.found("encrypted", self.encrypted > 0, self.source)
        if self.full and (claimed is None or claimed > self.count):
            of = "" if claimed is None else f" of {claimed:,}"
            report.partial(f"Only the first {self.count:,}{of} entries are listed.")
        if self.outside:
            report.warn(f"{self.outside:,} names lead outside the folder into which the archive is unpacked.")
        if self.nested:
            report.warn(f"{self.nested:,} entries look like archives themselves; they were not opened.")
        if packed and self.size > SMALL and self.size / packed > MAX_RATIO:
            report.warn(
                f"The archive claims to hold {self.size:,} bytes in {packed:,}: it may be a decompression bomb."
            )
