"""Search strategies, blocks with their annexes, and the samples of both."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from dems.db.repositories.base import Rows, among, chunks, paged_within
from dems.db.repositories.disclosure import signature, signed
from dems.db.tables import disclosure_block_items, disclosure_blocks, disclosure_samples, disclosure_searches
from dems.errors import NotFound
from dems.model.digests import Digest
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery
from dems.model.disclosure.reviewing import filter_from, filter_record
from dems.model.disclosure.searches import Hits, Sample, SearchStrategy
from dems.model.ids import BlockId, EvidenceId, SampleId, SearchId, StrandId
from dems.ports.disclosure import KeptBlock, KeptSample
from dems.ports.reviewing import ListedBlock
from dems.ports.values import Page


class BlockRows(Rows):
    def searches(self, proceeding_id: StrandId) -> list[SearchStrategy]:
        statement = select(disclosure_searches).where(disclosure_searches.c.proceeding_id == proceeding_id)
        rows = self._tx.execute(statement.order_by(disclosure_searches.c.id)).all()
        samples = self._samples(proceeding_id)
        return [_to_search(r, samples[r.id]) for r in rows]

    def add_search(self, proceeding_id: StrandId, search: SearchStrategy) -> None:
        values = {
            "id": search.id,
            "proceeding_id": proceeding_id,
            "source": search.source,
            "purpose": search.purpose,
            "hits": [{"term": h.term, "items": h.items} for h in search.hits],
            "examined": search.examined,
            "first_on": search.first,
            "last_on": search.last,
        }
        self._tx.execute(insert(disclosure_searches).values(**values, **signature(search.by)))

    def blocks(self, proceeding_id: StrandId, wanted: Collection[BlockId] | None = None) -> list[KeptBlock]:
        statement = select(disclosure_blocks).where(disclosure_blocks.c.proceeding_id == proceeding_id)
        if wanted is not None:
            statement = statement.where(disclosure_blocks.c.id.in_(sorted(wanted)))
        rows = self._tx.execute(statement.order_by(disclosure_blocks.c.id)).all()
        samples, annexes = self._samples(proceeding_id), self._annexes([r.id for r in rows])
        return [_to_block(r, annexes[r.id], samples[r.id]) for r in rows]

    def page(self, proceeding_id: StrandId, page: Page) -> list[ListedBlock]:
        of_it = paged_within(
            select(disclosure_blocks), disclosure_blocks.c.proceeding_id, proceeding_id, disclosure_blocks.c.id, page
        )
        rows = self._tx.execute(of_it).all()
        samples = self._samples(proceeding_id)
        return [_to_listed(r, samples[r.id]) for r in rows]

    def listed(self, block_id: BlockId) -> ListedBlock:
        row = self._tx.execute(select(disclosure_blocks).where(disclosure_blocks.c.id == block_id)).first()
        if row is None:
            raise NotFound("block")
        return _to_listed(row, self._samples(StrandId(row.proceeding_id))[block_id])

    def inside(self, block_id: BlockId, items: Collection[EvidenceId]) -> frozenset[EvidenceId]:
        line, found = disclosure_block_items.c, set()
        for some in chunks(sorted(items)):
            statement = select(line.evidence_id).where(line.block_id == block_id, line.evidence_id.in_(some))
            found |= {EvidenceId(r.evidence_id) for r in self._tx.execute(statement)}
        return frozenset(found)

    def _annexes(self, block_ids: Sequence[UUID]) -> dict[UUID, list[AnnexLine]]:
        found: dict[UUID, list[AnnexLine]] = defaultdict(list)
        lines = disclosure_block_items
        statement = select(lines).where(lines.c.block_id.in_(block_ids)).order_by(lines.c.block_id, lines.c.evidence_id)
        for row in self._tx.execute(statement):
            found[row.block_id].append(AnnexLine(EvidenceId(row.evidence_id), Digest.sha256(bytes(row.sha256))))
        return found

    def blocks_of(self, proceeding_id: StrandId, items: Collection[EvidenceId]) -> list[BlockId]:
        lines = disclosure_block_items
        ours = lines.join(disclosure_blocks, disclosure_blocks.c.id == lines.c.block_id)
        of_it = select(lines.c.block_id).select_from(ours).where(disclosure_blocks.c.proceeding_id == proceeding_id)
        rows = self._tx.execute(of_it.where(among(lines.c.evidence_id, items)).distinct())
        return sorted(BlockId(r.block_id) for r in rows)

    def add_block(self, proceeding_id: StrandId, block: KeptBlock) -> None:
        one, query = block.block, block.block.query
        values = {
            "id": one.id,
            "proceeding_id": proceeding_id,
            "title": one.title,
            "quantity": one.quantity,
            "source": one.source,
            "reason": one.reason,
            "question": query.question,
            "filter": None if block.asks is None else filter_record(block.asks),
            "searches": sorted(query.searches),
            "annex_sha256": one.frozen_annex.digest.value,
            "first_on": one.first,
            "last_on": one.last,
        }
        self._tx.execute(insert(disclosure_blocks).values(**values, **signature(block.by)))
        annex = [{"block_id": one.id, "evidence_id": a.item, "sha256": a.digest.value} for a in one.annex]
        if annex:
            self._tx.execute(insert(disclosure_block_items), annex)

    def add_sample(self, proceeding_id: StrandId, sample: KeptSample) -> None:
        values = {
            "id": sample.id,
            "proceeding_id": proceeding_id,
            "block_id": sample.block,
            "search_id": sample.search,
            "items": list(sample.sample.items),
            "found": list(sample.sample.found),
            "drawn": sample.sample.drawn,
        }
        self._tx.execute(insert(disclosure_samples).values(**values, **signature(sample.sample.by)))

    def sample(self, sample_id: SampleId) -> KeptSample:
        row = self._tx.execute(select(disclosure_samples).where(disclosure_samples.c.id == sample_id)).first()
        if row is None:
            raise NotFound("sample")
        block = None if row.block_id is None else BlockId(row.block_id)
        return KeptSample(sample_id, _to_sample(row), block, None if block else SearchId(row.search_id))

    def _samples(self, proceeding_id: StrandId) -> dict[UUID, list[Sample]]:
        """By the block or the search that they are of."""
        found: dict[UUID, list[Sample]] = defaultdict(list)
        statement = select(disclosure_samples).where(disclosure_samples.c.proceeding_id == proceeding_id)
        for row in self._tx.execute(statement.order_by(disclosure_samples.c.id)):
            found[row.block_id or row.search_id].append(_to_sample(row))
        return found


def _to_sample(row: Row[Any]) -> Sample:
    items, hits = (tuple(EvidenceId(i) for i in ids) for ids in (row.items, row.found))
    return Sample(items, row.drawn, signed(row), hits)


def _to_search(row: Row[Any], samples: list[Sample]) -> SearchStrategy:
    return SearchStrategy(
        id=SearchId(row.id),
        source=row.source,
        purpose=row.purpose,
        hits=tuple(Hits(h["term"], h["items"]) for h in row.hits),
        examined=row.examined,
        by=signed(row),
        first=row.first_on,
        last=row.last_on,
        samples=tuple(samples),
    )


def _to_block(row: Row[Any], annex: list[AnnexLine], samples: list[Sample]) -> KeptBlock:
    by = signed(row)
    block = Block(
        id=BlockId(row.id),
        title=row.title,
        quantity=row.quantity,
        source=row.source,
        reason=row.reason,
        query=FrozenQuery(row.question, by.at, tuple(SearchId(s) for s in row.searches)),
        annex=tuple(annex),
        first=row.first_on,
        last=row.last_on,
        samples=tuple(samples),
    )
    return KeptBlock(block, None if row.filter is None else filter_from(row.filter), by)


def _to_listed(row: Row[Any], samples: list[Sample]) -> ListedBlock:
    kept = _to_block(row, [], samples)
    return ListedBlock(StrandId(row.proceeding_id), kept.block, kept.asks, bytes(row.annex_sha256).hex(), kept.by)
