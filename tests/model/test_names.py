import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dems.model.names import MAX_NAME_BYTES, OriginalName

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

raw_names = st.binary(min_size=1, max_size=MAX_NAME_BYTES).filter(lambda b: b"\0" not in b)
text_names = (
    st.text(min_size=1, max_size=250).map(lambda s: s.encode("utf-8", "replace")).filter(lambda b: b"\0" not in b)
)


@pytest.mark.parametrize("raw", [b"", b"a\0b", b"\0", b"x" * (MAX_NAME_BYTES + 1)])
def test_a_name_that_no_file_can_have_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="name"):
        OriginalName(raw)


@given(raw=raw_names | text_names)
def test_a_name_is_kept_byte_for_byte(raw: bytes) -> None:
    assert OriginalName(raw).raw == raw


@given(raw=raw_names | text_names)
@example(raw=b"../../etc/passwd")
@example(raw=b"..")
@example(raw=b"/")
@example(raw=b"C:\\Users\\a\\b.docx")
@example(raw=b"a\nb\r\tc\x7f")
@example(raw="invoice\u202efdp.exe".encode())
@example(raw=b"caf\xe9.jpg")
@example(raw=b"\xff\xfe\xfd")
@example(raw=("\u00e9" * 500).encode())
@example(raw=("\U0001f600" * 250).encode())
def test_a_safe_name_never_breaks_out_never_misleads_and_is_never_empty(raw: bytes) -> None:
    safe = OriginalName(raw).safe
    assert safe
    assert len(safe.encode("utf-8")) <= 200
    assert safe not in {".", ".."}
    assert not set(safe) & set("/\\" + BIDI + '<>:"|?*')
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in safe)


@given(stem=st.text(alphabet="ab", min_size=300, max_size=900))
def test_a_name_that_is_cut_keeps_its_end(stem: str) -> None:
    assert OriginalName(f"{stem}.mp4".encode()).safe.endswith(".mp4")


def test_a_plain_name_is_safe_as_it_is_and_needs_no_second_look() -> None:
    name = OriginalName("Müller, Aussage (2).pdf".encode())
    assert name.text == name.safe == "Müller, Aussage (2).pdf"
    assert name.exact
    assert name.warnings == ()


def test_bytes_that_are_not_utf_8_are_shown_as_such_and_said_to_be_inexact() -> None:
    name = OriginalName(b"caf\xe9.jpg")
    assert name.text == "caf\ufffd.jpg"
    assert not name.exact
    assert name.warnings == ("name-not-utf-8",)


def test_a_name_that_truly_holds_the_replacement_character_is_exact() -> None:
    assert OriginalName("caf\ufffd.jpg".encode()).exact


@pytest.mark.parametrize("mark", list(BIDI))
def test_every_direction_mark_is_pointed_out_and_never_reaches_the_safe_name(mark: str) -> None:
    name = OriginalName(f"invoice{mark}fdp.exe".encode())
    assert name.warnings == ("name-has-direction-marks",)
    assert name.safe == "invoice_fdp.exe"


@pytest.mark.parametrize(
    ("raw", "warnings", "safe"),
    [
        (b"two\nlines.txt", ("name-has-control-characters",), "two_lines.txt"),
        (b"DCIM/100/IMG.JPG", ("name-looks-like-a-path",), "IMG.JPG"),
        (b"C:\\Temp\\IMG.JPG", ("name-looks-like-a-path",), "IMG.JPG"),
        (b"../../etc/passwd", ("name-looks-like-a-path",), "passwd"),
        (b"folder/", ("name-looks-like-a-path",), "evidence.bin"),
        (b"..", (), "evidence.bin"),
        (b" . .hidden. ", (), "hidden"),
        (b'a<b>:"c|?*', (), "a_b___c___"),
    ],
)
def test_what_a_person_should_look_at_twice(raw: bytes, warnings: tuple[str, ...], safe: str) -> None:
    name = OriginalName(raw)
    assert name.warnings == warnings
    assert name.safe == safe


def test_one_name_can_be_wrong_in_every_way() -> None:
    name = OriginalName(b"a/\xff\x01\xe2\x80\xae")
    assert name.warnings == (
        "name-not-utf-8",
        "name-has-direction-marks",
        "name-has-control-characters",
        "name-looks-like-a-path",
    )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a\u2028b", "a_b"),
        ("a\u200bb", "a_b"),
        ("console.txt", "console.txt"),
    ],
)
def test_a_safe_name_is_no_device_and_hides_nothing(name: str, safe: str) -> None:
    assert OriginalName(name.encode()).safe == safe


def test_a_name_that_is_cut_does_not_begin_with_a_dot_or_a_space() -> None:
    assert OriginalName(("ab. " + "x" * 198).encode()).safe == "x" * 198


def test_invisible_characters_are_warned_of() -> None:
    assert "name-has-invisible-characters" in OriginalName("a\u200bb".encode()).warnings
