from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.layout import evidence_key, parse_evidence_key
from dems.model.ids import EvidenceId, UploadId


@given(st.uuids(), st.uuids())
def test_a_key_says_which_item_and_upload_it_is_of_and_nothing_else(item: UUID, upload: UUID) -> None:
    key = evidence_key(EvidenceId(item), UploadId(upload))
    assert parse_evidence_key(key) == (item, upload)
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/")
    assert "//" not in key
    assert not key.endswith("/")


@pytest.mark.parametrize(
    "key",
    ["", "evidence/", "evidence/a/b", "canary/x", "evidence/" + "-" * 36 + "/" + "a" * 36, "evidence/" + "f" * 73],
)
def test_a_key_that_we_did_not_make_stands_for_nothing(key: str) -> None:
    assert parse_evidence_key(key) is None
