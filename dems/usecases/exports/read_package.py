"""Fetch a package. Record first, then bytes: each fetching, also of a part, is an entry of the case before its first byte."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from dems.layout import package_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.exports import Export
from dems.model.ids import ExportId
from dems.model.spans import Span
from dems.ports import Transactions
from storage.interface import StoredVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadPackage:
    transaction: Transactions

    def __call__(
        self, actor: Actor, export_id: ExportId, wanted: Callable[[int], Span]
    ) -> tuple[Export, StoredVersion, Span]:
        """What to read: `wanted` turns the size into the bytes asked for, and may raise `RangeNotSatisfiable`.

        Raises `NotFound`, `NotReady`, `WrongState`.
        """
        with self.transaction() as tx:
            export = tx.exports.get(export_id)
            authority = tx.authorise(actor, Act.EXPORT_CONTENT, case_id=export.case_id)
            version_id, size, sha256 = export.readable()
            span = wanted(size)
            tx.custody.append(
                authority,
                of_case(export.case_id),
                case_id=export.case_id,
                facts={
                    "export": str(export.id),
                    "recipient": export.recipient,
                    "sha256": sha256.hex,
                    "from": span.start,
                    "to": span.end,
                    "size": size,
                },
            )
        return export, StoredVersion(package_key(export_id), version_id, size), span

    def doubted(self, export_id: ExportId) -> None:
        """What was read on the way out was not what was made."""
        log.critical("package_differs", extra={"export": str(export_id)})
