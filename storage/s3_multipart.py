"""One multipart upload over boto3."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from storage.errors import BytesDamaged, ChecksumRefused, PartsRefused, StorageError, UploadMissing
from storage.interface import Part, StoredVersion
from storage.s3_answers import base64_of, composite_sha256
from storage.s3_body import body_of
from storage.s3_client import S3Client
from storage.s3_errors import asking
from storage.settings import S3Settings


class S3Multipart:
    """Implements `Multipart`. Parts may be sent by several threads at once, in any order."""

    def __init__(self, client: S3Client, bucket: str, key: str, upload_id: str, settings: S3Settings) -> None:
        self.key = key
        self.upload_id = upload_id
        self._client = client
        self._bucket = bucket
        self._disk = settings.sync_path

    def put_part(
        self, number: int, data: bytes | bytearray | memoryview | BinaryIO, *, size: int, sha256: bytes
    ) -> Part:
        """See `Multipart.put_part`."""
        body = body_of(data, size)
        with asking(f"PUT part {number} of {self.key}", disk=self._disk, room=size):
            answer = self._client.upload_part(
                Bucket=self._bucket,
                Key=self.key,
                UploadId=self.upload_id,
                PartNumber=number,
                Body=body,
                ContentLength=size,
                # Both: Ceph compares the value only when the algorithm is named too.
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64_of(sha256),
            )
        return Part(number=number, size=size, sha256=sha256, etag=answer["ETag"])

    def complete(self, parts: Sequence[Part]) -> StoredVersion:
        """See `Multipart.complete`. A composite checksum that the store reports is compared with ours."""
        if not parts:
            raise PartsRefused(f"completing {self.key}: no parts")
        ordered = sorted(parts, key=lambda part: part.number)
        try:
            answer = self._complete(ordered)
        except ChecksumRefused as error:
            # No bytes travel here: it is the list that is wrong.
            raise PartsRefused(str(error)) from error
        version_id = answer.get("VersionId")
        if not version_id:
            raise StorageError(f"completing {self.key}: no version id came back; is the bucket versioned?")
        if answer.get("ChecksumSHA256", ours := composite_sha256(ordered)) != ours:
            raise BytesDamaged(f"completing {self.key}: the store's checksum {answer['ChecksumSHA256']} is not {ours}")
        return StoredVersion(self.key, version_id, sum(part.size for part in ordered))

    def abort(self) -> None:
        """See `Multipart.abort`."""
        try:
            with asking(f"abort multipart {self.key}"):
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=self.key, UploadId=self.upload_id)
        except UploadMissing:
            return

    def _complete(self, ordered: Sequence[Part]) -> dict[str, Any]:
        with asking(f"complete multipart {self.key}", disk=self._disk):
            answer: dict[str, Any] = self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self.key,
                UploadId=self.upload_id,
                IfNoneMatch="*",
                # The store's ListParts has no checksums, so the caller kept them.
                MultipartUpload={
                    "Parts": [
                        {"PartNumber": part.number, "ETag": part.etag, "ChecksumSHA256": base64_of(part.sha256)}
                        for part in ordered
                    ]
                },
            )
        return answer
