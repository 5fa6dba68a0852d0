"""Objects of the ledger bucket: each written once and the same by whoever writes it, small enough to be read whole."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from dems.layout import beside, is_at
from storage.errors import ObjectExists, ObjectMissing
from storage.interface import ByteStream, Lock, ObjectStore, VersionEntry

MOST_BYTES = 32 * 1024 * 1024
"""More than a bundle of 256 of the longest leaves has. What is larger is nothing of ours, and is not read."""


def put_once(store: ObjectStore, key: str, data: bytes, lock: Lock) -> bool:
    """Write it, or find that these very bytes are there: then it was this call's own doing, or another's who did the same.

    False where something else lies there and these bytes do not. Raises `StoreUnavailable` and the like.
    """
    try:
        store.put(key, data, size=len(data), sha256=hashlib.sha256(data).digest(), lock=lock)
    except ObjectExists:
        return any(found == data for found, _ in versions_of(store, key))
    return True


def put_beside(store: ObjectStore, key: str, data: bytes, lock: Lock) -> bool:
    """Write it where `put_once` found its place taken: beside that, under its own digest. True and False as there."""
    return put_once(store, beside(key, hashlib.sha256(data).digest()), data, lock)


def versions_of(store: ObjectStore, key: str) -> Iterator[tuple[bytes, datetime]]:
    """The bytes of each version at a key, and beside it, and when the store had them, the oldest first.

    Whoever adds another version to a locked one takes nothing away, and whoever was there first keeps nothing out.
    """
    found = [entry for entry in store.versions(key) if is_at(key, entry.key) and not entry.is_delete_marker]
    for entry in sorted((e for e in found if e.size <= MOST_BYTES), key=lambda entry: entry.last_modified):
        yield read(store, entry), entry.last_modified


def read(store: ObjectStore, entry: VersionEntry) -> bytes:
    """One version, whole. Raises `BytesDamaged`, `ObjectMissing`."""
    with store.open(entry.key, entry.version_id) as stream:
        return _whole(stream)


def latest(store: ObjectStore, key: str) -> bytes | None:
    """What lies at a key now; None where nothing does, or something too large to be ours."""
    try:
        with store.open(key, None) as stream:
            return _whole(stream) if stream.info.stored.size <= MOST_BYTES else None
    except ObjectMissing:
        return None


def _whole(stream: ByteStream) -> bytes:
    data = bytearray(stream.info.stored.size)
    view, filled = memoryview(data), 0
    while filled < len(data) and (count := stream.readinto(view[filled:])):
        filled += count
    return bytes(data[:filled])
