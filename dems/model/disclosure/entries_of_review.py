"""What custody entries say of a review. Words and names are told by their digest: a chain is for good."""

from collections.abc import Sequence
from typing import Any

from dems.model.disclosure.acting import Acting, signature_record
from dems.model.disclosure.blocks import Block
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.reviewing import ReviewFilter, filter_record
from dems.model.disclosure.searches import Sample, SearchStrategy
from dems.model.ids import BlockId, SampleId, SearchId
from dems.model.times import rfc3339


def of_search(search: SearchStrategy) -> dict[str, Any]:
    said = {
        "first": None if search.first is None else search.first.isoformat(),
        "hits": [{"items": h.items, "term": h.term} for h in search.hits],
        "last": None if search.last is None else search.last.isoformat(),
        "purpose": search.purpose,
        "source": search.source,
    }
    return {
        "search": str(search.id),
        "terms": len(search.hits),
        "examined": search.examined,
        "sha256": frozen(said).digest.hex,
        "by": signature_record(search.by),
    }


def of_block(block: Block, asks: ReviewFilter | None, by: Acting) -> dict[str, Any]:
    said = {
        "first": None if block.first is None else block.first.isoformat(),
        "last": None if block.last is None else block.last.isoformat(),
        "question": None if asks is None else filter_record(asks),
        "reason": block.reason,
        "source": block.source,
        "title": block.title,
    }
    return {
        "block": str(block.id),
        "quantity": block.quantity,
        "annex_sha256": block.frozen_annex.digest.hex,
        "sha256": frozen(said).digest.hex,
        "by": signature_record(by),
    }


def of_sample(sample_id: SampleId, sample: Sample, of: BlockId | SearchId) -> dict[str, Any]:
    said = {
        "drawn": sample.drawn,
        "found": sorted(str(i) for i in sample.found),
        "items": sorted(str(i) for i in sample.items),
    }
    return {
        "sample": str(sample_id),
        "of": str(of),
        "items": len(sample.items),
        "found": len(sample.found),
        "sha256": frozen(said).digest.hex,
        "by": signature_record(sample.by),
    }


def of_viewings(viewings: Sequence[Viewing], by: Acting) -> dict[str, Any]:
    said = [
        {
            "began": rfc3339(v.began),
            "ended": rfc3339(v.ended),
            "first": None if v.first is None else str(v.first),
            "item": str(v.item),
            "last": None if v.last is None else str(v.last),
            "person": str(v.person),
        }
        for v in viewings
    ]
    return {
        "viewings": len(viewings),
        "sha256": frozen({"viewings": said}).digest.hex,
        "by": signature_record(by),
    }
