"""The conditions of a question about items: of their place in the queue, or of themselves."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, true

from dems.db.repositories.searching import holds_words
from dems.db.tables import evidence, item_index, review_queue
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.ids import CaseId
from dems.model.times import LONDON
from dems.ports.reviewing import Sight

_q, _e, _x = review_queue.c, evidence.c, item_index.c


def ordered(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    """The conditions that an order of the queue answers."""
    found = [_dated(wanted, _q.at)] if wanted.first is not None or wanted.last is not None else []
    if wanted.min_size is not None:
        found.append(_q.size >= wanted.min_size)
    return [*found, *_typed(wanted, _q.media_type)]


def asked(case_id: CaseId, wanted: ReviewFilter, sight: Sight) -> list[ColumnElement[bool]]:
    """Every condition that is given, of an item and its place in the index."""
    found = [_dated(wanted, func.coalesce(_e.obtained_at, _e.declared_at)), *_typed(wanted, _x.media_type)]
    if wanted.min_size is not None:
        found.append(_e.size >= wanted.min_size)
    return [*found, *worded(case_id, wanted, sight)]


def _dated(wanted: ReviewFilter, at: ColumnElement[Any]) -> ColumnElement[bool]:
    first = true() if wanted.first is None else at >= _midnight(wanted.first)
    return and_(first, true() if wanted.last is None else at < _midnight(wanted.last + timedelta(days=1)))


def _typed(wanted: ReviewFilter, media_type: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    if wanted.media_type is None:
        return []
    some = wanted.media_type.removesuffix("*")
    if some == wanted.media_type:
        return [media_type == wanted.media_type]
    # Between the prefix and the prefix with its last character's successor: what an index in byte order answers.
    return [media_type.collate("C") >= some, media_type.collate("C") < some[:-1] + chr(ord(some[-1]) + 1)]


def worded(case_id: CaseId, wanted: ReviewFilter, sight: Sight) -> list[ColumnElement[bool]]:
    """Devices are told by findings alone: nothing is found for whoever may not read them."""
    found: list[ColumnElement[bool]] = []
    if wanted.term is not None:
        words = _x.words if sight.findings else _x.declared_words
        found.append(holds_words(words, wanted.term, [case_id]))
    if wanted.device is not None:
        found.append(holds_words(_x.device_words, wanted.device, [case_id]) if sight.findings else ~true())
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
