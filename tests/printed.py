"""Documents read back out of their files: everything that a reader of the file can find in it."""

import io

import openpyxl
import pikepdf
import pypdfium2


def pdf_pages(content: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(content)
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in opened]
    opened.close()
    return pages


def pdf_inside(content: bytes) -> str:
    """Everything a reader of the file can find: its pages, its properties, its structure and its streams."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert not opened.attachments
        with opened.open_metadata() as metadata:
            said = [f"{name} {value}" for name, value in metadata.items()]
        for thing in opened.objects:
            said.append(repr(thing))
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") != "/Image":
                said.append(bytes(thing.read_bytes()).decode("latin-1"))
    return " ".join([*pdf_pages(content), *said])


def xlsx_inside(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert not book.defined_names or set(book.defined_names) == set()
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} == {"s"}
    assert all(c.comment is None for c in cells)
    assert all(sheet.sheet_state == "visible" for sheet in book)
    return " ".join([*(str(c.value) for c in cells), repr(book.properties)])
