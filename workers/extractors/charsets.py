"""Decoding by a name that stands in the file. All codecs are loaded here: in the locked child no module can be."""

import codecs
import encodings.aliases

_SLOW = frozenset({"idna", "punycode", "undefined", "mbcs", "oem"})
"""Quadratic in hostile input, or not of this system."""


def _loaded() -> dict[str, codecs.CodecInfo]:
    found: dict[str, codecs.CodecInfo] = {}
    for alias, name in encodings.aliases.aliases.items():
        if name in _SLOW:
            continue
        try:
            info = codecs.lookup(name)
        except LookupError:
            continue
        # Private to CPython, but the only mark of the bytes-to-bytes ones: zlib and its like are bombs.
        if not getattr(info, "_is_text_encoding", True):
            continue
        found[_plain(alias)] = found[_plain(name)] = found[_plain(info.name)] = info
    for name in ("utf_8_sig", "cp437", "cp1252", "koi8_u", "cp65001"):
        try:
            found[_plain(name)] = codecs.lookup(name)
        except LookupError:
            continue
    return found


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


_CODECS = _loaded()


def knows(name: str) -> bool:
    """Whether `decoded` would use the codec of this name."""
    return _plain(name) in _CODECS


def decoded(data: bytes, name: str | None, fallback: str = "cp1252") -> str:
    """Text of `data`; never raises. Tries the named codec, then UTF-8, then `fallback` with replacement marks."""
    info = _CODECS.get(_plain(name or ""))
    for decode in (info.decode if info else None, _CODECS["utf8"].decode):
        if decode is None:
            continue
        try:
            return decode(data, "strict")[0]
        except (UnicodeError, ValueError):
            continue
    return _CODECS[_plain(fallback)].decode(data, "replace")[0]


def codepage(number: int) -> str:
    """The codec's name for a Windows code page."""
    special = {
        1200: "utf_16_le",
        1201: "utf_16_be",
        10000: "mac_roman",
        20127: "ascii",
        28591: "latin_1",
        65001: "utf_8",
    }
    return special.get(number, f"cp{number}")
