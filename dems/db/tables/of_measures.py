"""Which cases never happened."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Uuid

from dems.db.tables.base import DOMAIN, metadata

synthetic_cases = Table(
    "synthetic_cases",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("seed", BigInteger, nullable=False),
    comment="Cases that a seed made up; every other case is real",
    info={"sort": DOMAIN},
)
