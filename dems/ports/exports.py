"""Exports as the use cases see them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from dems.model.exports import Export, ExportedItem
from dems.model.ids import CaseId, ExportId
from dems.ports.values import Page


class Exports(Protocol):
    def add(self, export: Export, items: Sequence[ExportedItem]) -> None: ...
    def get(self, export_id: ExportId, *, for_update: bool = False) -> Export:
        """Raises `NotFound`."""
        ...

    def save(self, export: Export) -> None: ...
    def page(self, case_id: CaseId, page: Page) -> list[Export]: ...
    def items(self, export_id: ExportId, limit: int, after: UUID | None = None) -> list[ExportedItem]:
        """A page of its items, in the order of their ids, which is that in which they were declared."""
        ...

    def size_of_bytes(self, export_id: ExportId) -> int:
        """Of all its items that have bytes to give, together."""
        ...
