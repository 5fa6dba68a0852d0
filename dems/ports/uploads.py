"""Intakes and uploads, as the use cases see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from dems.model.ids import IntakeId, UploadId
from dems.model.intakes import Counts, Intake, Outcome
from dems.model.uploads import Upload, UploadState
from dems.ports.values import (
    BegunMultipart,
    Completion,
    IntakeRow,
    IntakeToken,
    Page,
    Promise,
    UploadToken,
)
from storage.interface import Part


class Intakes(Protocol):
    def add(self, intake: Intake) -> None: ...
    def get(self, intake_id: IntakeId, *, for_update: bool = False) -> Intake:
        """Raises `NotFound`."""
        ...

    def counts(self, intake: Intake) -> Counts: ...
    def size(self, intake_id: IntakeId) -> int:
        """How many items it has."""
        ...

    def page(self, intake: Intake, page: Page, wanted: Outcome | None, *, extra: bool) -> list[IntakeRow]:
        """Items in the order of their positions, after the item `page.after`; all outcomes where `wanted` is None, only
        what was added later where `extra` is set.
        """
        ...

    def between(self, intake: Intake, first: int, count: int) -> list[IntakeRow]:
        """The items at these positions."""
        ...

    def add_token(self, token: IntakeToken, token_hash: bytes, at: datetime) -> None:
        """Also revokes every earlier token of the intake."""
        ...

    def token_by_hash(self, token_hash: bytes) -> IntakeToken | None: ...


class Uploads(Protocol):
    def add(self, upload: Upload) -> None: ...
    def add_many(self, uploads: Sequence[Upload]) -> None: ...
    def get(self, upload_id: UploadId, *, for_update: bool = False) -> Upload:
        """The state says `completing` while an intent to complete stands. Raises `NotFound`."""
        ...

    def many(self, upload_ids: Sequence[UploadId], *, for_update: bool = False) -> Mapping[UploadId, Upload]:
        """Those that exist; locked in the order of their ids."""
        ...

    def save(self, upload: Upload) -> None: ...
    def save_many(self, uploads: Sequence[Upload]) -> None: ...
    def parts(self, upload_id: UploadId) -> list[Part]:
        """Those that were seen in the store."""
        ...

    def keep_parts(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        """Replace what was kept of the parts by these."""
        ...

    def promises(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Mapping[int, Promise]]:
        """By upload and number, every part that was announced."""
        ...

    def promised(self, wanted: Sequence[tuple[UploadId, int]]) -> Mapping[tuple[UploadId, int], Promise]:
        """Of these parts, those that were announced."""
        ...

    def promise(self, parts: Sequence[tuple[UploadId, Promise]]) -> None:
        """Announce parts. One that was announced before stays as it was."""
        ...

    def seen(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        """Announced parts are in the store."""
        ...

    def unseen(self, upload_id: UploadId) -> None:
        """What is known of its announced parts is not so: the store is to be asked, and they may be sent again."""
        ...

    def multiparts(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, BegunMultipart]: ...
    def begun(self, upload_id: UploadId, multipart: BegunMultipart) -> bool:
        """Keep where parts go. False when another was kept already: that one counts."""
        ...

    def forget_multipart(self, upload_id: UploadId) -> None: ...
    def completions(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Completion]: ...
    def intend_many(self, completions: Sequence[Completion], lease: timedelta) -> None: ...

    def completion(self, upload_id: UploadId) -> Completion | None: ...
    def intend(self, completion: Completion, lease: timedelta) -> None: ...
    def renew_intent(self, completion: Completion, lease: timedelta) -> None: ...
    def forget_intent(self, upload_id: UploadId, attempt: UUID) -> None: ...
    def overdue_intents(self, limit: int) -> list[UploadId]:
        """Uploads whose intent to complete has outlived its lease."""
        ...

    def expired(self, at: datetime, limit: int) -> list[Upload]: ...
    def known(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, tuple[UploadState, str | None]]:
        """State and version id of those that exist, for the reconciler."""
        ...

    def add_token(self, token: UploadToken, token_hash: bytes, at: datetime) -> None:
        """Also revokes every earlier token of the upload."""
        ...

    def token_by_hash(self, token_hash: bytes) -> UploadToken | None: ...
