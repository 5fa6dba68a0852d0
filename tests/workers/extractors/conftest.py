"""A nursery whose parser is hostile."""

import os
from collections.abc import Iterator

import pytest

from tests.workers.extractors.survey import FAMILY, SECRET
from workers.extractors.nursery import Nursery


@pytest.fixture(scope="package")
def hostile() -> Iterator[Nursery]:
    """Readers that attack, as the file's words say, of a worker with a secret and an inherited descriptor."""
    os.environ["DEMS_S3__SECRET_KEY"] = SECRET
    descriptor = os.open("/etc/passwd", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    nursery = Nursery(identifier=FAMILY, families=(FAMILY,))
    try:
        nursery.level()
        yield nursery
    finally:
        nursery.close()
        os.close(descriptor)
        del os.environ["DEMS_S3__SECRET_KEY"]
