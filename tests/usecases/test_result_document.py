"""The bytes that the digest in the entry of a reading is of: written here by hand, so that they never change unseen."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from dems.model.digests import Digest
from dems.model.findings import (
    Confidence,
    Entry,
    Finding,
    Moment,
    Place,
    Reading,
    Rendition,
    RenditionKind,
    ResultState,
    Value,
    ValueType,
    ZoneStatus,
)
from dems.model.ids import CaseId, EvidenceId
from dems.model.readings import Original
from dems.steps.result import result_document, toolset

NOON = datetime(2021, 6, 1, 12, 0, 0, 500_000)  # noqa: DTZ001  what a device's clock showed has no zone of its own
PICTURE = b"\xff\xd8\xff a picture"
ORIGINAL = Original(
    EvidenceId(UUID("01900000-0000-7000-8000-000000000001")),
    CaseId(UUID("01900000-0000-7000-8000-000000000002")),
    "v1",
    Digest.sha256(bytes(range(32))),
    2**60,
)


def found(type_: ValueType, value: Value) -> Finding:
    return Finding("n", type_, value, None, None, "s", "t", "1", Confidence.STATED)


READING = Reading(
    state=ResultState.PARTIAL,
    reason="It ends in the middle.",
    media_type="image/jpeg",
    findings=[
        Finding("m", ValueType.TEXT, "é", "raw", "mm", "Exif", "t", "1", Confidence.DETECTED, ("cut", "disagrees")),
        found(ValueType.INTEGER, 2**60),
        found(ValueType.NUMBER, 1.0),
        found(ValueType.BOOLEAN, True),
        found(ValueType.TIME, Moment(NOON, ZoneStatus.KNOWN, timedelta(hours=-1))),
        found(ValueType.TIME, Moment(NOON, ZoneStatus.UNKNOWN)),
        found(ValueType.PLACE, Place(51.5, -0.12)),
        found(ValueType.ENTRY, Entry("a")),
        found(
            ValueType.ENTRY,
            Entry(
                "b", 5, Moment(NOON, ZoneStatus.ASSUMED, timedelta(0)), "00" * 32, False, "folder", {"x": 1, "f": 1.0}
            ),
        ),
    ],
    warnings=["w"],
    renditions=[
        Rendition(RenditionKind.FRAME, "image/jpeg", 4, 3, PICTURE, 1.5),
        Rendition(RenditionKind.THUMBNAIL, "image/png", 8, 6, PICTURE),
    ],
    tools={"t": "1"},
    sandbox="full",
    bytes_read=1,
    requests=2,
    seconds=3.0,
)

_REST = '"name":"n","raw":null,"source":"s","tool":"t","tool_version":"1"'
_STATED = '{"confidence":"stated","flags":[],' + _REST
_SHOWN = sha256(PICTURE).hexdigest()
DOCUMENT = (
    '{"findings":['
    '{"confidence":"detected","flags":["cut","disagrees"],"name":"m","raw":"raw","source":"Exif","tool":"t",'
    '"tool_version":"1","type":"text","unit":"mm","value":"é"},'
    f'{_STATED},"type":"integer","unit":null,"value":{{"integer":"1152921504606846976"}}}},'
    f'{_STATED},"type":"number","unit":null,"value":{{"number":"1.0"}}}},'
    f'{_STATED},"type":"boolean","unit":null,"value":true}},'
    f'{_STATED},"type":"time","unit":null,"value":{{"local":"2021-06-01T12:00:00.500000","offset_seconds":"-3600.0",'
    '"zone":"known"}},'
    f'{_STATED},"type":"time","unit":null,"value":{{"local":"2021-06-01T12:00:00.500000","offset_seconds":null,'
    '"zone":"unknown"}},'
    f'{_STATED},"type":"place","unit":null,"value":{{"latitude":"51.5","longitude":"-0.12"}}}},'
    f'{_STATED},"type":"entry","unit":null,"value":{{"encrypted":null,"kind":null,"modified":null,"more":{{}},'
    '"name":"a","sha256":null,"size":null}},'
    f'{_STATED},"type":"entry","unit":null,"value":{{"encrypted":false,"kind":"folder",'
    '"modified":{"local":"2021-06-01T12:00:00.500000","offset_seconds":"0.0","zone":"assumed"},'
    f'"more":{{"f":{{"number":"1.0"}},"x":{{"integer":"1"}}}},"name":"b","sha256":"{"00" * 32}","size":"5"}}}}],'
    '"format":"dems.findings/1","media_type":"image/jpeg",'
    '"original":{"evidence":"01900000-0000-7000-8000-000000000001",'
    '"sha256":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","size":"1152921504606846976",'
    '"version_id":"v1"},"reason":"It ends in the middle.",'
    f'"renditions":[{{"at_seconds":"1.5","height":"3","kind":"frame","media_type":"image/jpeg","sha256":"{_SHOWN}",'
    f'"width":"4"}},{{"at_seconds":null,"height":"6","kind":"thumbnail","media_type":"image/png","sha256":"{_SHOWN}",'
    '"width":"8"}],"sandbox":"full","state":"partial","tools":{"t":"1"},"warnings":["w"]}'
)


def test_a_result_is_these_bytes() -> None:
    assert result_document(ORIGINAL, READING).decode() == DOCUMENT


def test_what_differs_from_run_to_run_is_not_in_it() -> None:
    again = replace(READING, bytes_read=7, requests=8, seconds=9.5)
    assert result_document(ORIGINAL, again).decode() == DOCUMENT


def test_sets_of_tools_are_told_apart_by_name_and_version_and_not_by_order() -> None:
    assert toolset({"b": "2", "a": "1"}) == sha256(b'{"a":"1","b":"2"}').digest() == toolset({"a": "1", "b": "2"})
    assert len({toolset(t) for t in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": "1"}, {})}) == 5
