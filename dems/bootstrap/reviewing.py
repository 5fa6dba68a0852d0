"""Review of a proceeding's material: its use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.disclosure.look_up_review import LookUpReview
from dems.usecases.disclosure.make_block import MakeBlock
from dems.usecases.disclosure.read_queue import ReadQueue
from dems.usecases.disclosure.record_sample import RecordSample
from dems.usecases.disclosure.record_search import RecordSearch
from dems.usecases.disclosure.record_viewings import RecordViewings


@dataclass(frozen=True, slots=True)
class Reviewing:
    queue: ReadQueue
    look_up: LookUpReview
    search: RecordSearch
    block: MakeBlock
    sample: RecordSample
    viewed: RecordViewings

    @classmethod
    def of(cls, core: Core) -> "Reviewing":
        tx, clock = core.transaction, core.clock
        return cls(
            ReadQueue(tx, clock),
            LookUpReview(tx, clock),
            RecordSearch(tx, clock),
            MakeBlock(tx, clock),
            RecordSample(tx, clock),
            RecordViewings(tx, clock),
        )
