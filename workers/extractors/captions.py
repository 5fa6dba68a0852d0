"""What XMP and IPTC packets say: who, what, when, with which program. The core of both, each packet within a cap."""

from lxml import etree

from dems.model.findings import Moment
from workers.extractors.report import Reporter
from workers.extractors.times import day_only, iso_time

MAX_PACKET = 512 * 1024
"""Bytes read of one packet."""
_MAX_VALUES = 50
"""Values taken of one property."""
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_SHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_PROPERTIES = {
    _DC + "creator": ("author", "dc:creator", False),
    _DC + "title": ("title", "dc:title", False),
    _DC + "description": ("description", "dc:description", False),
    _DC + "subject": ("keywords", "dc:subject", False),
    _DC + "rights": ("copyright", "dc:rights", False),
    _XMP + "CreatorTool": ("software", "xmp:CreatorTool", False),
    _TIFF + "Make": ("device.make", "tiff:Make", False),
    _TIFF + "Model": ("device.model", "tiff:Model", False),
    _XMP + "CreateDate": ("created_at", "xmp:CreateDate", True),
    _XMP + "ModifyDate": ("modified_at", "xmp:ModifyDate", True),
    _SHOP + "DateCreated": ("recorded_at", "photoshop:DateCreated", True),
    _EXIF + "DateTimeOriginal": ("recorded_at", "exif:DateTimeOriginal", True),
}
_IPTC_TEXTS = {
    5: ("title", "ObjectName"),
    25: ("keywords", "Keywords"),
    80: ("author", "By-line"),
    116: ("copyright", "CopyrightNotice"),
    120: ("description", "Caption-Abstract"),
}
_IPTC_DAY, _IPTC_CLOCK = 55, 60
_LONG = 0x8000


def tell_xmp(packet: bytes, by: Reporter) -> None:
    """Findings of an XMP packet. One that is no XML gives a warning."""
    if len(packet) > MAX_PACKET:
        by.report.partial(f"XMP of {len(packet):,} bytes: more than {MAX_PACKET:,} are not read.")
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(packet.strip(b"\x00 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        by.report.warn("The XMP packet is no well-formed XML: nothing was taken from it.")
        return
    for described in root.iter(_RDF + "Description"):
        for key, value in described.attrib.items():
            _tell(str(key), str(value), by)
        for child in described:
            if child.tag not in _PROPERTIES:
                continue
            items = [item.text for item in child.iter(_RDF + "li")][:_MAX_VALUES] or [child.text]
            for item in items:
                _tell(str(child.tag), item or "", by)


def _tell(key: str, text: str, by: Reporter) -> None:
    known = _PROPERTIES.get(key)
    if known is None or not text.strip():
        return
    name, label, is_time = known
    if not is_time:
        by.found(name, text, f"XMP:{label}", raw=text)
        return
    _tell_time(name, f"XMP:{label}", text, iso_time(text), by)


def _tell_time(name: str, source: str, raw: str, moment: Moment | None, by: Reporter) -> None:
    if moment is None:
        by.report.warn(f"{source} is there but is no time: {raw[:40]}")
    else:
        by.found(name, moment, source, raw=raw, flags=("day_only",) if day_only(raw) else ())


def tell_iptc(data: bytes, by: Reporter) -> None:
    """Findings of IPTC's application record: `data` are its datasets, one after the other."""
    at, day, clock, utf8 = 0, "", "", False
    data = data[:MAX_PACKET]
    while at + 5 <= len(data) and data[at] == 0x1C:  # noqa: PLR2004 - what every dataset begins with
        record, number, length = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        at += 5
        if length & _LONG:
            break
        value = data[at : at + length]
        at += length
        if (record, number) == (1, 90):
            utf8 = value == b"\x1b%G"
        if record != 2:  # noqa: PLR2004 - the application record
            continue
        text = _decoded(value, utf8=utf8)
        if number in _IPTC_TEXTS:
            name, label = _IPTC_TEXTS[number]
            by.found(name, text, f"IPTC:{label}", raw=text)
        day, clock = (text, clock) if number == _IPTC_DAY else (day, text) if number == _IPTC_CLOCK else (day, clock)
    if day:
        raw = f"{day}T{clock}" if clock else day
        _tell_time("recorded_at", "IPTC:DateCreated", raw, iso_time(raw), by)


def _decoded(value: bytes, *, utf8: bool) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("utf-8" if utf8 else "cp1252", "replace")
