"""What our own readers find in samples, as digests.

`python -m tests.workers.extractors.golden` writes them anew, after the version was raised.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tests.workers.extractors import credential_samples, media_samples, photo_samples
from tests.workers.extractors.paper_samples import SAMPLES
from tests.workers.extractors.photo_samples import FULL, XMP, chunk, exif, iptc, jpeg, png, xmp
from workers.extractors import families, identify, media, photos
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.source import Held, Source
from workers.extractors.values import finding_out
from workers.extractors.version import OWN_READERS

FILE = Path(__file__).with_name("golden.json")
_OURS = "dems-"


def samples() -> Iterator[tuple[str, str, bytes, ModuleType]]:
    """The name, media type (where the reader asks for it), bytes and reader of each."""
    for name, (family, data) in SAMPLES.items():
        yield name, "", data, family
    yield "jpg", "image/jpeg", jpeg(exif(FULL), xmp(XMP), iptc((80, b"A. Photographer"), (120, b"The door"))), photos
    yield "png", "image/png", png(chunk(b"eXIf", FULL), chunk(b"tIME", bytes((7, 232, 5, 6, 10, 0, 0)))), photos
    yield "tif", "image/tiff", photo_samples.FULL, photos
    for media_type, data in credential_samples.CARRIERS.items():
        yield f"credentials in {media_type}", media_type, data, media if media_type.startswith("video") else photos
    yield "wav", "audio/wav", media_samples.wav(media_samples.bext("2024-05-05", "13:14:15", "Recorder")), media


def readings() -> dict[str, Report]:
    """What is found in each sample, by its name."""
    found = {}
    for name, media_type, data, family in samples():
        report = Report()
        source = Source(Held(data), len(data), "")
        identify.tell(identify.identify(source), "", report)
        with contextlib.suppress(Unreadable, Enough):
            family.extract(source, media_type, report)
        found[name] = report
    return found


def digests() -> dict[str, str]:
    """Of the findings of our own readers; libraries have versions of their own."""
    found = {}
    for name, report in readings().items():
        rows = [finding_out(each) | {"tool_version": ""} for each in report.findings if each.tool.startswith(_OURS)]
        found[name] = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    return found


def main() -> None:
    FILE.write_text(json.dumps({"version": OWN_READERS, "digests": digests()}, indent=1) + "\n")


if __name__ == "__main__":
    families.load(families.IDENTIFIER, ())
    main()
