"""Content credentials made by the tests, box by box, as C2PA 2.1 describes them; signed by nobody."""

import struct

from tests.workers.extractors.media_samples import video
from tests.workers.extractors.photo_samples import (
    ASCII,
    FULL,
    UNDEFINED,
    chunk,
    heic,
    jpeg,
    picture,
    png,
    saved,
    segment,
    tiff,
)

LABEL = "urn:c2pa:11111111-2222-3333-4444-555555555555"
_OF_CBOR = bytes.fromhex("63626f7200110010800000aa00389b71")
_OF_STORE = bytes.fromhex("6332706100110010800000aa00389b71")
_IN_MOVIES = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def coded(value: object) -> bytes:
    """CBOR."""
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, int):
        return _head(0, value)
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(coded, value))
    assert isinstance(value, dict)
    return _head(5, len(value)) + b"".join(coded(key) + coded(each) for key, each in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for more, form, beyond in ((24, ">B", 2**8), (25, ">H", 2**16), (26, ">I", 2**32)):
        if number < beyond:
            return bytes([major << 5 | more]) + struct.pack(form, number)
    raise ValueError(number)


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def superbox(label: str, *inner: bytes, kind: bytes = _OF_CBOR) -> bytes:
    return box(b"jumb", box(b"jumd", kind + b"\x03" + label.encode() + b"\x00") + b"".join(inner))


def manifest(label: str, claim: dict[str, object], *, filling: int = 0) -> bytes:
    assertions = superbox("c2pa.assertions", superbox("org.test", box(b"cbor", coded({"x": bytes(filling)}))))
    signature = superbox("c2pa.signature", box(b"cbor", coded(b"no signature")))
    return superbox(label, assertions, superbox("c2pa.claim.v2", box(b"cbor", coded(claim))), signature)


def store(*manifests: bytes) -> bytes:
    return superbox("c2pa", *manifests, kind=_OF_STORE)


CLAIM: dict[str, object] = {"instanceID": "xmp:iid:1", "claim_generator_info": {"name": "Camera app", "version": "4.2"}}
STORE = store(manifest(LABEL, CLAIM))


def in_jpeg(held: bytes, *, most: int = 60_000) -> bytes:
    """Over as many segments as are needed, each with the header of the box again."""
    body, header = held[8:], held[:8]
    pieces = [body[at : at + most] for at in range(0, len(body), most)]
    return jpeg(
        *(
            segment(0xEB, b"JP" + struct.pack(">HI", 1, number) + header + piece)
            for number, piece in enumerate(pieces, 1)
        )
    )


def in_box(data: bytes, held: bytes) -> bytes:
    """At the end of a file of boxes."""
    return data + box(b"uuid", _IN_MOVIES + bytes(4) + b"manifest\x00" + bytes(8) + held)


def in_webp(held: bytes) -> bytes:
    plain = saved(picture(), "WEBP")
    more = plain[12:] + b"C2PA" + struct.pack("<I", len(held)) + held + b"\x00" * (len(held) % 2)
    return b"RIFF" + struct.pack("<I", len(more) + 4) + b"WEBP" + more


CARRIERS = {
    "image/jpeg": in_jpeg(STORE),
    "image/png": png(chunk(b"caBX", STORE)),
    "image/webp": in_webp(STORE),
    "image/heic": in_box(heic(FULL, (64, 64)), STORE),
    "image/tiff": tiff("<", {0x100: (4, 64), 0x101: (4, 48), 0x10F: (ASCII, "Canon"), 0xCD41: (UNDEFINED, STORE)}),
    "video/mp4": in_box(video("mp4"), STORE),
}
