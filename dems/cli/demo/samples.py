"""Small real files of the kinds that cases are made of, written with the standard library only."""

import io
import math
import struct
import wave
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from dems.cli.demo.picture import Colour, exif, jpeg

_TEXT = "Sample made by the DEMS demonstration. It concerns nobody."
_DOCX_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats"

PLACE = (53.4794, -2.2453)
"""Where the photo says it was taken: latitude and longitude in degrees."""


def write_samples(folder: Path) -> None:
    """Seven files, two of them in a folder of their own."""
    made: dict[str, Callable[[], bytes]] = {
        "photo of the corridor.jpg": photo,
        "custody suite/corridor camera.avi": video,
        "custody suite/intercom.wav": audio,
        "statement.pdf": pdf,
        "notes of interview.docx": docx,
        "message from the force.eml": mail,
        "phone extraction.zip": archive,
    }
    for name, make in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())


def photo() -> bytes:
    """A JPEG with EXIF: who made the camera, which one, when and where."""
    taken = exif("DEMS", "Demonstration camera 1", "2026:03:03 21:14:05", PLACE)
    return jpeg(640, 480, _corridor(0), exif=taken)


def _corridor(moment: int) -> Callable[[int, int], Colour]:
    def colour(column: int, row: int) -> Colour:
        light = 60 + 2 * row + (90 if (column + moment) % 16 < 3 else 0)  # noqa: PLR2004
        return light, 118 + row % 8, 122 + (column + moment) % 12

    return colour


def video() -> bytes:
    """Two seconds of Motion JPEG in AVI (RIFF)."""
    width, height, rate = 320, 240, 12
    frames = [jpeg(width, height, _corridor(moment)) for moment in range(2 * rate)]
    largest = max(map(len, frames))
    header = struct.pack(
        "<14I", 1_000_000 // rate, largest * rate, 0, 0x10, len(frames), 0, 1, largest, width, height, 0, 0, 0, 0
    )
    stream = b"vidsMJPG" + struct.pack(
        "<IHHIIIIIIII4H", 0, 0, 0, 0, 1, rate, 0, len(frames), largest, 0xFFFFFFFF, 0, 0, 0, width, height
    )
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    chunks, index = b"", b""
    for frame in frames:
        index += b"00dc" + struct.pack("<III", 0x10, 4 + len(chunks), len(frame))
        chunks += _chunk(b"00dc", frame)
    headers = _list(b"hdrl", _chunk(b"avih", header) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", form)))
    content = b"AVI " + headers + _list(b"movi", chunks) + _chunk(b"idx1", index)
    return _chunk(b"RIFF", content)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def audio() -> bytes:
    """Two seconds of a tone that swells and fades."""
    rate, seconds = 16_000, 2
    samples = (
        round(12_000 * math.sin(math.pi * n / (rate * seconds)) * math.sin(2 * math.pi * 440 * n / rate))
        for n in range(rate * seconds)
    )
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"".join(struct.pack("<h", s) for s in samples))
    return written.getvalue()


def pdf() -> bytes:
    """One page of text."""
    page = f"BT /F1 14 Tf 72 770 Td ({_TEXT}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (Statement) /Producer (DEMS demonstration) /CreationDate (D:20260304090000Z) >>",
    )
    written, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def docx() -> bytes:
    """One paragraph in a word processor's document."""
    xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    main = f"{_OFFICE}-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return _zip(
        {
            "[Content_Types].xml": f'{xml}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'{xml}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{office}" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'{xml}<w:document xmlns:w="{_DOCX_NAMESPACE}"><w:body><w:p><w:r><w:t>{_TEXT}</w:t></w:r></w:p>'
            "</w:body></w:document>",
        }
    )


def mail() -> bytes:
    """A message with a text attached."""
    message = EmailMessage()
    message["From"] = "Property store <property@force.example>"
    message["To"] = "Investigations <evidence@example.org>"
    message["Date"] = "Wed, 04 Mar 2026 09:12:00 +0000"
    message["Subject"] = "Footage as asked for"
    message["Message-ID"] = "<20260304091200.1@force.example>"
    message.set_content(f"{_TEXT}\n")
    message.add_attachment("camera 4, 21:00 to 22:00\n", filename="list.txt")
    return message.as_bytes()


def archive() -> bytes:
    """What an extraction of a phone might look like, very much reduced."""
    return _zip({"chats/thread 1.txt": f"21:10 hello\n21:12 {_TEXT}\n", "contacts.csv": "name,number\nA. Nobody,0\n"})


def _zip(files: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 9, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return written.getvalue()
