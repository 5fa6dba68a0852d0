import pytest

from storage.s3 import S3ObjectStore

from .multipart import MultipartContract
from .object_store import LockContract, ObjectStoreContract
from .presigned import PresignedContract


class _OnS3:
    @pytest.fixture
    def store(self, s3_store: S3ObjectStore) -> S3ObjectStore:
        return s3_store


class TestS3Objects(_OnS3, ObjectStoreContract):
    pass


class TestS3Multipart(_OnS3, MultipartContract):
    pass


class TestS3Locks(_OnS3, LockContract):
    pass


class TestS3Presigned(_OnS3, PresignedContract):
    pass
