"""DER (X.690), as far as a timestamp needs it: what the authority of the tests writes, and the two things that it reads."""

from collections.abc import Iterator

INTEGER, OCTETS, IDENTIFIER, UTF8, SEQUENCE, SET, TIME, TRUE = 0x02, 0x04, 0x06, 0x0C, 0x30, 0x31, 0x18, 0xFF


def tagged(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def sequence(*contents: bytes) -> bytes:
    return tagged(SEQUENCE, *contents)


def set_of(*contents: bytes, tag: int = SET) -> bytes:
    """In the order that DER asks for."""
    return tagged(tag, *sorted(contents))


def integer(value: int) -> bytes:
    return tagged(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    return tagged(OCTETS, value)


def identifier(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    encoded = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        encoded += bytes(reversed(groups))
    return tagged(IDENTIFIER, bytes(encoded))


def inside(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements one after another: each one's tag, and all its bytes where it is made of others."""
    while data:
        tag, length, start = data[0], data[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[2:start], "big")
        yield tag, data[start : start + length]
        data = data[start + length :]
