"""What the tables are made with: names of constraints, the three sorts, an instant, an id."""

from sqlalchemy import Column, DateTime, MetaData, Uuid

DOMAIN, CUSTODY, WORK = "domain", "custody", "work"

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Instant = DateTime(timezone=True)


def identity(name: str = "id") -> Column[object]:
    return Column(name, Uuid, primary_key=True)
