"""OLE containers written by hand (MS-CFB, version 3): a name per stream, folders by a slash; and property sets for them."""

import struct
from datetime import UTC, datetime

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
CUTOFF = 4096


def container(streams: dict[str, bytes]) -> bytes:
    """Small streams go to the mini stream as the format demands."""
    sectors: list[bytes] = []
    chain: list[int] = []

    def put(data: bytes) -> int:
        if not data:
            return END
        first = len(sectors)
        pieces = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        sectors.extend(pieces)
        chain.extend([first + n + 1 for n in range(len(pieces) - 1)] + [END])
        return first

    mini, mini_chain = b"", []
    starts: dict[str, tuple[int, int]] = {}
    for name, data in streams.items():
        if len(data) >= CUTOFF:
            starts[name] = (put(data), len(data))
            continue
        first = len(mini) // 64
        count = max(1, -(-len(data) // 64))
        mini += data.ljust(count * 64, b"\0")
        mini_chain += [first + n + 1 for n in range(count - 1)] + [END]
        starts[name] = (first, len(data))
    mini_start = put(mini)
    mini_fat_start = put(
        struct.pack(f"<{len(mini_chain)}L", *mini_chain).ljust(-(-len(mini_chain) // 128) * 512, b"\xff")
    )
    mini_fat_count = -(-len(mini_chain) // 128)
    directory = put(_directory(streams, starts, mini_start, len(mini)))
    fat_at = len(sectors)
    fat_sectors = -(-(len(chain) + 4) // 128)
    chain += [FAT] * fat_sectors
    fat = struct.pack(f"<{len(chain)}L", *chain).ljust(fat_sectors * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9L", 0, fat_sectors, directory, 0, CUTOFF, mini_fat_start, mini_fat_count, END, 0)
    header += struct.pack("<109L", *[fat_at + n for n in range(fat_sectors)], *[FREE] * (109 - fat_sectors))
    return header + b"".join(sectors) + fat


def _directory(streams: dict[str, bytes], starts: dict[str, tuple[int, int]], mini_start: int, mini_size: int) -> bytes:
    folders = sorted({name.partition("/")[0] for name in streams if "/" in name})
    top = sorted([name for name in streams if "/" not in name] + folders)
    order = [("", top)] + [(folder, [n for n in sorted(streams) if n.startswith(folder + "/")]) for folder in folders]
    index = {name: at for at, name in enumerate(["", *[name for _, names in order for name in names]])}
    records = []
    siblings = {name: after for _, names in order for name, after in zip(names, [*names[1:], None], strict=True)}
    children = {folder: names[0] for folder, names in order if names}
    for name in index:
        label = "Root Entry" if not name else name.rpartition("/")[2]
        kind = 5 if not name else 1 if name in folders else 2
        start, size = (mini_start, mini_size) if not name else starts.get(name, (0, 0))
        after, child = siblings.get(name), children.get(name)
        encoded = label.encode("utf-16-le") + b"\0\0"
        records.append(
            encoded.ljust(64, b"\0")
            + struct.pack(
                "<HBB3L",
                len(encoded),
                kind,
                1,
                FREE,
                FREE if after is None else index[after],
                FREE if child is None else index[child],
            )
            + bytes(36)
            + struct.pack("<LQ", start, size)
        )
    unused = bytes(64) + struct.pack("<HBB3L", 0, 0, 0, FREE, FREE, FREE) + bytes(48)
    while len(records) % 4:
        records.append(unused)
    return b"".join(records)


def property_set(values: dict[int, tuple[int, bytes]]) -> bytes:
    """Of typed values by number; the bytes are those behind the type."""
    body, offsets = b"", []
    start = 8 + 8 * len(values)
    for number, (kind, data) in values.items():
        offsets.append(struct.pack("<2L", number, start + len(body)))
        body += struct.pack("<L", kind) + data.ljust(-(-len(data) // 4) * 4, b"\0")
    section = struct.pack("<2L", start + len(body), len(values)) + b"".join(offsets) + body
    return struct.pack("<2HL16sL16sL", 0xFFFE, 0, 0, bytes(16), 1, bytes(16), 48) + section


def lpstr(text: bytes) -> tuple[int, bytes]:
    return 30, struct.pack("<L", len(text) + 1) + text + b"\0"


def filetime(ticks: int) -> tuple[int, bytes]:
    return 64, struct.pack("<Q", ticks)


def ticks(year: int, month: int, day: int, hour: int, minute: int) -> int:
    since = datetime(year, month, day, hour, minute, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
    return int(since.total_seconds()) * 10_000_000
