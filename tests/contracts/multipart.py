"""What the multipart uploads of any `ObjectStore` must do."""

import base64
from dataclasses import replace

import pytest

from storage.errors import ChecksumRefused, ObjectExists, ObjectMissing, PartsRefused, UploadMissing
from storage.interface import ObjectStore

from .object_store import put, read, send, sha256, until

SMALLEST_PART = 5 * 1024 * 1024


class MultipartContract:
    @pytest.fixture
    def store(self) -> ObjectStore:
        raise NotImplementedError

    def test_parts_in_any_order_become_one_locked_object(self, store: ObjectStore, key: str) -> None:
        lock = until(3, hold=True)
        upload = store.begin(key, lock=lock)
        first, second, last = b"1" * SMALLEST_PART, b"2" * (SMALLEST_PART + 1), b"3"
        parts = [send(upload, 3, last), send(upload, 1, first), send(upload, 2, second)]
        with pytest.raises(ObjectMissing):
            store.head(key)
        stored = upload.complete(parts)
        info = store.head(key, stored.version_id)
        assert info.stored == stored
        assert info.stored.size == SMALLEST_PART * 2 + 2
        assert info.lock.satisfies(lock)
        whole = sha256(b"".join(sha256(part) for part in (first, second, last)))
        assert info.sha256 == base64.b64encode(whole).decode() + "-3"
        assert read(store, stored) == first + second + last
        assert read(store, stored, SMALLEST_PART - 1, SMALLEST_PART + 1) == b"12"

    def test_a_part_sent_again_replaces_the_first(self, store: ObjectStore, key: str) -> None:
        upload = store.begin(key, lock=until(2))
        send(upload, 1, b"old")
        assert read(store, upload.complete([send(upload, 1, b"newer")])) == b"newer"

    def test_a_part_of_another_checksum_is_refused(self, store: ObjectStore, key: str) -> None:
        upload = store.begin(key, lock=until(2))
        with pytest.raises(ChecksumRefused):
            upload.put_part(1, b"these", size=5, sha256=sha256(b"those"))
        upload.abort()

    def test_a_wrong_list_of_parts_is_refused_and_the_right_one_still_works(self, store: ObjectStore, key: str) -> None:
        upload = store.begin(key, lock=until(2))
        large, small = send(upload, 1, b"1" * SMALLEST_PART), send(upload, 2, b"2")
        third = send(upload, 3, b"3")
        for wrong in (
            [],
            [large, replace(small, number=9)],
            [large, replace(small, etag='"' + "0" * 32 + '"')],
            [large, replace(small, sha256=sha256(b"other"))],
            [large, small, third],
        ):
            with pytest.raises(PartsRefused):
                upload.complete(wrong)
        assert read(store, upload.complete([large, small])) == b"1" * SMALLEST_PART + b"2"

    def test_completing_twice_is_told_and_changes_nothing(self, store: ObjectStore, key: str) -> None:
        upload = store.begin(key, lock=until(2))
        parts = [send(upload, 1, b"once")]
        stored = upload.complete(parts)
        with pytest.raises((ObjectExists, UploadMissing)):
            upload.complete(parts)
        with pytest.raises(UploadMissing):
            send(upload, 2, b"late")
        upload.abort()
        assert [entry.version_id for entry in store.versions(key)] == [stored.version_id]

    def test_completing_never_overwrites(self, store: ObjectStore, key: str) -> None:
        upload = store.begin(key, lock=until(2))
        parts = [send(upload, 1, b"late")]
        stored = put(store, key, b"early")
        with pytest.raises(ObjectExists):
            upload.complete(parts)
        upload.abort()
        assert store.head(key).stored == stored

    def test_an_upload_is_taken_up_again_by_its_id(self, store: ObjectStore, key: str) -> None:
        begun = store.begin(key, lock=until(2))
        part = send(begun, 1, b"again")
        assert read(store, store.resume(key, begun.upload_id).complete([part])) == b"again"

    def test_what_was_aborted_is_gone_and_aborting_twice_is_no_error(self, store: ObjectStore, key: str) -> None:
        upload = store.begin(key, lock=until(2))
        part = send(upload, 1, b"gone")
        assert [(each.key, each.upload_id) for each in store.multiparts(key)] == [(key, upload.upload_id)]
        upload.abort()
        upload.abort()
        assert list(store.multiparts(key)) == []
        with pytest.raises(UploadMissing):
            upload.complete([part])
        with pytest.raises(UploadMissing):
            send(upload, 1, b"late")
        with pytest.raises(UploadMissing):
            send(store.resume(key, "never-begun"), 1, b"x")
