"""One multipart upload over boto3."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO

from storage.errors import BytesDamaged, ChecksumRefused, PartsRefused, StorageError, UploadMissing
from storage.interface import Part, Presigned, StoredPart, StoredVersion
from storage.s3_answers import base64_of, composite_sha256
from storage.s3_body import body_of
from storage.s3_client import S3Client
from storage.s3_errors import asking
from storage.s3_presign import Presigner
from storage.settings import S3Settings

PARTS_PER_PAGE = 1000


class S3Multipart:
    """Implements `Multipart`. Parts may be sent by several threads at once, in any order."""

    def __init__(
        self, client: S3Client, bucket: str, key: str, upload_id: str, settings: S3Settings, *, presigner: Presigner
    ) -> None:
        self.key = key
        self.upload_id = upload_id
        self._client = client
        self._bucket = bucket
        self._disk = settings.sync_path
        self._presigner = presigner

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

    def presign_part(self, number: int, *, size: int, sha256: bytes, valid_for: timedelta) -> Presigned:
        """See `Multipart.presign_part`."""
        return self._presigner.part(self.key, self.upload_id, number, size=size, sha256=sha256, valid_for=valid_for)

    def parts(self) -> Iterator[StoredPart]:
        """See `Multipart.parts`. SeaweedFS lists each copy of a part that was sent again, and across pages too: the last
        number of a page is therefore listed again with the next. Of copies within one second any may be the one named.
        """
        marker, more = 0, True
        while more:
            with asking(f"list parts of {self.key}"):
                page = self._client.list_parts(
                    Bucket=self._bucket,
                    Key=self.key,
                    UploadId=self.upload_id,
                    PartNumberMarker=marker,
                    MaxParts=PARTS_PER_PAGE,
                )
            rows = page.get("Parts", [])
            more = bool(rows) and bool(page.get("IsTruncated"))
            if more:
                rows = [row for row in rows if row["PartNumber"] < rows[-1]["PartNumber"]] or rows
                marker = rows[-1]["PartNumber"]
            for number, copies in groupby(rows, itemgetter("PartNumber")):
                newest = max(copies, key=itemgetter("LastModified"))
                yield StoredPart(number=number, size=int(newest["Size"]), etag=newest["ETag"])

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
