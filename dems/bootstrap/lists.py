"""Lists of material: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.documents.schedules.making_lists import list_document
from dems.usecases.lists.certify_list import CertifyList
from dems.usecases.lists.look_up_lists import LookUpLists
from dems.usecases.lists.read_list import ReadList


@dataclass(frozen=True, slots=True)
class Lists:
    certify: CertifyList
    look_up: LookUpLists
    document: ReadList

    @classmethod
    def of(cls, core: Core) -> "Lists":
        tx, clock = core.transaction, core.clock
        return cls(CertifyList(tx, clock), LookUpLists(tx, clock), ReadList(tx, clock, list_document))
