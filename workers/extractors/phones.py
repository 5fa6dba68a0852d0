"""Reports of phones (UFDR): what report.xml says of the device, the case and how many records of each kind were decoded."""

from collections import Counter
from typing import Any

from dems.model.findings import Confidence, Entry
from workers.extractors import markup, stated_times
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source
from workers.extractors.version import OWN_READERS
from workers.extractors.zips import Member, Zip

READER, VERSION = "dems-phones", OWN_READERS
MAX_MEMBERS = 200_000
MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of report.xml that are inflated, piece by piece."""
MAX_ELEMENTS = 2_000_000
MAX_ITEMS = 500
MAX_KINDS = 200
_REPORT = "report.xml"
_PROJECT = {"name": "title", "reportVersion": "report.version", "model": "device.model"}
_ITEMS = {
    "DeviceInfoSelectedManufacturer": "device.make",
    "DeviceInfoDetectedManufacturer": "device.make",
    "DeviceInfoSelectedDeviceName": "device.model",
    "DeviceInfoDetectedModel": "device.model",
    "DeviceInfoRevision": "device.software",
    "DeviceInfoOSVersion": "device.software",
    "DeviceInfoOSType": "device.software",
    "DeviceInfoAndroidID": "device.serial",
    "DeviceInfoSerialNumber": "device.serial",
    "IMEI": "device.imei",
    "DeviceInfoIMEI": "device.imei",
    "ExtractionType": "image.method",
    "DeviceInfoExtractionStartDateTime": "image.acquired_at",
    "DeviceInfoExtractionEndDateTime": "image.acquired_until",
    "UFED_PA_Version": "software",
    "ExaminerName": "image.examiner",
    "Case number": "image.case_number",
}


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the family has one type
    """Raises `Unreadable` for an archive without a report in it."""
    tool = report.by(READER, VERSION)
    archive = Zip(source)
    tool.found("entries", archive.claimed, "ZIP:end record")
    member = _report(archive)
    kinds: Counter[str] = Counter()
    try:
        _read(archive, member, kinds, tool)
    except Unreadable as reason:
        if member.size <= MAX_UNPACKED:
            report.partial(f"The report was read only in part: {reason}")
    if member.size > MAX_UNPACKED:
        report.partial(f"Only the first {MAX_UNPACKED:,} of {member.size:,} bytes of the report were read.")
    for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1])[:MAX_KINDS]:
        entry = Entry(kind, kind="records", more={"records": count})
        tool.found("table", entry, "UFDR:decodedData/model", confidence=Confidence.DERIVED)
    if source.refused:
        report.partial(source.refused)


def _report(archive: Zip) -> Member:
    for number, member in enumerate(archive.members()):
        if member.name.lower() == _REPORT:
            return member
        if number >= MAX_MEMBERS:
            break
    raise Unreadable("The archive holds no report.xml: it is no report of a phone.")


def _read(archive: Zip, member: Member, kinds: Counter[str], tool: Reporter) -> None:
    depth = items = 0
    for event, element in markup.stream(archive.pieces(member, MAX_UNPACKED), MAX_ELEMENTS):
        name = markup.local(element)
        if event == "start":
            if name == "project":
                _project(element, tool)
            elif name == "model":
                depth += 1
                # Models lie within models: an attachment of a message is no record of its own.
                if depth == 1 and len(kinds) < MAX_KINDS:
                    kinds[str(element.get("type", ""))[:200] or "unknown"] += 1
        elif name == "model":
            depth -= 1
        elif name == "item" and not depth:
            items += 1
            if items <= MAX_ITEMS:
                _item(element, tool)


def _project(element: Any, tool: Reporter) -> None:
    for attribute, found in _PROJECT.items():
        tool.found(found, str(element.get(attribute, "")), f"UFDR:project/@{attribute}")


def _item(element: Any, tool: Reporter) -> None:
    name = str(element.get("name", ""))
    text = (element.text or "").strip()
    found = _ITEMS.get(name)
    if found is None or not text:
        return
    if found.startswith("image.acquired"):
        stated_times.tell(tool, found, text, stated_times.iso(text), f"UFDR:metadata/{name}")
    else:
        tool.found(found, text, f"UFDR:metadata/{name}")
