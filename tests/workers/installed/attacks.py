"""Files that ask a program for what it must not do, with listeners and canaries that would notice."""

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dems.model.findings import Reading
from tests.workers.extractors.media_samples import video
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held

CANARY = "canary-b3a1f6b7c9"


@dataclass
class Bait:
    """`port` of a listener, and a folder that anybody may enter with a recording of 5 s and a text."""

    folder: Path
    listener: socket.socket

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def files(self) -> dict[str, bytes]:
        """By what each tries."""
        other, text, url = self.folder / "other.ts", self.folder / "canary", f"http://127.0.0.1:{self.port}/x.ts"
        media = f"c=IN IP4 127.0.0.1\nt=0 0\nm=video {self.port} RTP/AVP 96\n"
        hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n"
        return {
            "playlist to the network": hls.format(url).encode(),
            "playlist to another file": hls.format(other).encode(),
            "playlist to a text": hls.format(f"file://{text}").encode(),
            "concat to another file": f"ffconcat version 1.0\nfile '{other}'\n".encode(),
            "concat to a text": f"ffconcat version 1.0\nfile 'subfile,,start,0,end,99,,:{text}'\n".encode(),
            "dash": f"<MPD><Period><AdaptationSet><Representation><BaseURL>{url}</BaseURL></Representation>"
            "</AdaptationSet></Period></MPD>".encode(),
            "session description": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\n{media}".encode(),
            "real metafile": f"{url}\n".encode(),
            "windows playlist": f'<asx version="3.0"><entry><ref href="{url}"/></entry></asx>'.encode(),
            "xml with an entity": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{text}">]><svg>&e;</svg>'.encode(),
            "movie whose data is elsewhere": reference_movie(f"file://{other}", url),
            "script": b"#!/bin/sh\ntouch /tmp/dems-pwned\n",
            "djvu annotation": b"AT&TFORM\x00\x00\x00\x60DJVMANTa\x00\x00\x00\x40"
            + b'(metadata (copyright "\\\n" . qx{touch /tmp/dems-pwned} . \\\n"b"))'.ljust(64),
        }


@contextlib.contextmanager
def bait() -> Iterator[Bait]:
    with tempfile.TemporaryDirectory(dir="/tmp") as made, socket.create_server(("127.0.0.1", 0)) as listener:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "other.ts").write_bytes(video("mpegts"))
        (folder / "canary").write_text(CANARY)
        for each in folder.iterdir():
            each.chmod(0o644)
        listener.settimeout(0.1)
        yield Bait(folder, listener)


def reference_movie(file: str, url: str) -> bytes:
    """A real MP4 whose data references name another file and an address."""
    made = bytearray(video("mov"))
    at = made.index(b"dref") - 4
    entries = b"".join(
        (len(name) + 13).to_bytes(4, "big") + b"url \x00\x00\x00\x00" + name.encode() + b"\x00" for name in (file, url)
    )
    body = b"dref" + bytes(4) + (2).to_bytes(4, "big") + entries
    old = int.from_bytes(made[at : at + 4], "big")
    grown = len(body) + 4 - old
    # Every box around it grows by as much.
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        begin = made.index(kind) - 4
        made[begin : begin + 4] = (int.from_bytes(made[begin : begin + 4], "big") + grown).to_bytes(4, "big")
    made[at : at + old] = (len(body) + 4).to_bytes(4, "big") + body
    return bytes(made)


def read(nursery: Nursery, data: bytes, extension: str = "") -> Reading:
    return nursery.read(Held(data), len(data), extension, seconds=30, required=SandboxLevel.FULL)


def nothing_happened(baited: Bait, readings: dict[str, Reading]) -> None:
    """Nobody called, nothing was made, and no word or length of the other files is in any finding."""
    with contextlib.suppress(TimeoutError):
        connection, _ = baited.listener.accept()
        connection.close()
        raise AssertionError("somebody reached the listener")
    assert sorted(each.name for each in baited.folder.iterdir()) == ["canary", "other.ts"]
    assert not Path("/tmp/dems-pwned").exists()  # noqa: S108 the place that the files name
    for what, reading in readings.items():
        assert CANARY not in repr(reading), what
        # The movie tells its own length, as long as the other recording, in its own headers.
        if what != "movie whose data is elsewhere":
            assert [each for each in reading.findings if each.name == "duration"] == [], what
