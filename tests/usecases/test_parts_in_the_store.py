"""What the store says of parts that is not what was announced."""

import hashlib
import os

import pytest

from dems.bootstrap import Dems
from dems.errors import PartsMissing
from dems.model.evidence import EvidenceState
from dems.model.uploads import UploadState
from tests.conftest import Team
from tests.faults.parts_journey import put_directly
from tests.usecases.sending import LARGE, Sender


@pytest.fixture
def large(dems: Dems, team: Team) -> Sender:
    return Sender.declares(dems, team.investigator.actor, team.case, os.urandom(LARGE))


def test_a_part_of_another_size_in_the_store_is_none(large: Sender, dems: Dems) -> None:
    large.directly(2)
    address = large.address(1)
    with dems.transaction() as tx:
        multipart = tx.uploads.multiparts([large.upload.id])[large.upload.id]
    wrong = os.urandom(6 * 2**20)
    begun = dems.store.resume(large.key, multipart.multipart_id)
    begun.put_part(1, wrong, size=len(wrong), sha256=hashlib.sha256(wrong).digest())
    assert [p.number for p in dems.intake.look_up(large.who, large.upload.id)[1]] == [2]
    with pytest.raises(PartsMissing) as refused:
        large.completes()
    assert refused.value.data["missing"] == [1]
    assert put_directly(address, large.part(1)) == 200
    assert large.completes().state is UploadState.COMPLETED
    assert large.sealed().state is EvidenceState.SEALED


def test_parts_that_the_store_threw_away_are_missing(large: Sender, dems: Dems) -> None:
    for number in (1, 2):
        large.directly(number)
    with dems.transaction() as tx:
        multipart = tx.uploads.multiparts([large.upload.id])[large.upload.id]
    dems.store.resume(large.key, multipart.multipart_id).abort()
    assert dems.intake.look_up(large.who, large.upload.id)[1] == []
    with pytest.raises(PartsMissing) as refused:
        large.completes()
    assert refused.value.data["missing"] == [1, 2]
    assert large.upload.state is UploadState.OPEN
