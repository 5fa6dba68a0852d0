"""How long people looked at what there is in a proceeding, added up by the database: there may be hundreds of thousands of viewings."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE

from dems.db.repositories.base import Runner
from dems.db.tables import disclosure_viewings
from dems.model.ids import PersonId, StrandId


def time_of_each(tx: Runner, proceeding_id: StrandId) -> tuple[tuple[PersonId, timedelta], ...]:
    """In the order of their ids. As `dems.model.disclosure.coverage` adds up time that overlaps; a test compares the two."""
    v = disclosure_viewings.c
    spans = func.range_agg(func.tstzrange(v.began_at, v.ended_at), type_=TSTZMULTIRANGE)
    together = (
        select(v.person_id, spans.label("spans"))
        .where(v.proceeding_id == proceeding_id)
        .group_by(v.person_id)
        .subquery()
    )
    span = func.unnest(together.c.spans).column_valued("span")
    time = select(func.sum(func.upper(span) - func.lower(span))).scalar_subquery().label("time")
    rows = tx.execute(select(together.c.person_id, time).order_by(together.c.person_id))
    # Who looked for no time at all has no span.
    return tuple((PersonId(r.person_id), r.time or timedelta(0)) for r in rows)
