"""Which readings are old is known by the versions of the tools that they name; our own readers' is raised by hand."""

import contextlib
import importlib
import json

from tests.workers.extractors.golden import FILE, digests, readings
from workers.extractors.families import FAMILIES
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held
from workers.extractors.version import OWN_READERS
from workers.extractors.versions import versions


def test_what_our_readers_find_changes_only_with_their_version() -> None:
    golden = json.loads(FILE.read_text())
    changed = [name for name, digest in digests().items() if golden["digests"].get(name) != digest]
    assert (golden["version"], changed) == (OWN_READERS, []), (
        "Readers of ours find something else in these samples than before. Raise OWN_READERS in "
        "workers/extractors/version.py, so that older readings are made again, and then run "
        "python -m tests.workers.extractors.golden."
    )


def test_every_tool_that_a_reading_names_has_a_version_that_can_be_asked_for() -> None:
    for family in FAMILIES:
        importlib.import_module(family)
    known = versions()
    named = {(tool, version) for report in readings().values() for tool, version in report.tools.items()}
    assert named <= set(known.items()), sorted(named - set(known.items()))
    assert len(named) > 15


def test_a_nursery_tells_the_versions_that_its_readings_name() -> None:
    with contextlib.closing(Nursery()) as one:
        known = one.versions()
        reading = one.read(Held(b"caf\xc3\xa9 at ten"), 11, "txt", seconds=20, required=SandboxLevel.NONE)
        assert set(reading.tools.items()) <= set(known.items())
        assert set(one.absent_tools) | set(known) >= {"exiftool", "ffprobe", "ffmpeg", "pikepdf", "libmagic"}
        assert not set(one.absent_tools) & set(known)


def test_only_what_is_at_hand_has_a_version() -> None:
    with contextlib.closing(Nursery(tools=())) as one:
        assert not {"exiftool", "ffprobe"} & set(one.versions())
