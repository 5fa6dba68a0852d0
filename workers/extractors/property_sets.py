"""Property sets of OLE documents (MS-OLEPS), read here: vectors that claim four thousand million members cost nothing."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from dems.model.findings import Moment
from workers.extractors import stated_times
from workers.extractors.charsets import codepage, decoded

MAX_SET = 256 * 1024
MAX_PROPERTIES = 500
_CODEPAGE = 1
_I2, _I4, _BOOL, _LPSTR, _LPWSTR, _FILETIME, _UI4 = 2, 3, 11, 30, 31, 64, 19


@dataclass(frozen=True, slots=True)
class Ticks:
    """A FILETIME, which may also be a length of time."""

    ticks: int

    @property
    def moment(self) -> Moment | None:
        return stated_times.filetime(self.ticks)

    @property
    def minutes(self) -> int:
        return self.ticks // 600_000_000


def properties(data: bytes) -> dict[int, str | int | bool | Ticks]:
    """By number, of the first section; what is damaged or of another type is left out. Raises nothing."""
    try:
        (start,) = struct.unpack_from("<L", data, 44)
        _, count = struct.unpack_from("<2L", data, start)
    except struct.error:
        return {}
    section = data[start:]
    offsets: dict[int, int] = {}
    for number in range(min(count, MAX_PROPERTIES, (len(section) - 8) // 8)):
        identity, offset = struct.unpack_from("<2L", section, 8 + number * 8)
        offsets.setdefault(identity, offset)
    page = _value(section, offsets.get(_CODEPAGE, len(section)), "cp1252")
    charset = codepage(page & 0xFFFF) if isinstance(page, int) else "cp1252"
    return dict(_values(section, offsets, charset))


def _values(section: bytes, offsets: dict[int, int], charset: str) -> Iterator[tuple[int, str | int | bool | Ticks]]:
    for identity, offset in offsets.items():
        value = _value(section, offset, charset)
        if value is not None:
            yield identity, value


def _value(section: bytes, offset: int, charset: str) -> str | int | bool | Ticks | None:
    try:
        (kind,) = struct.unpack_from("<L", section, offset)
        if kind in _FIXED:
            value: int = struct.unpack_from(_FIXED[kind], section, offset + 4)[0]
            if kind == _BOOL:
                return bool(value)
            return Ticks(value) if kind == _FILETIME else value
        if kind in {_LPSTR, _LPWSTR}:
            (length,) = struct.unpack_from("<L", section, offset + 4)
            wide = kind == _LPWSTR
            raw = section[offset + 8 : offset + 8 + length * (2 if wide else 1)]
            return decoded(raw, "utf_16_le" if wide else charset).partition("\x00")[0]
    except struct.error:
        return None
    return None


_FIXED = {_I2: "<h", _I4: "<l", _UI4: "<L", _BOOL: "<h", _FILETIME: "<Q"}
