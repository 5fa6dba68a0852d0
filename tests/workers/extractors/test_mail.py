import base64
import hashlib
import struct
from datetime import datetime, timedelta

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.ole_samples import container, ticks
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import mail, mime
from workers.extractors.report import Unreadable

KNOWN = Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.KNOWN, timedelta(hours=1))  # noqa: DTZ001
PICTURE = bytes(range(256))
MAIL = (
    b"Received: from a by b; Tue, 12 Mar 2024 20:14:09 +0000\r\n"
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>\r\nTo: Ann <ann@example.org>, bob@example.org\r\nCc: c@example.org\r\n"
    b"Subject: =?iso-8859-1?q?Caf=E9?=\r\n =?utf-8?b?IHRvbmlnaHQ=?=\r\nDate: Tue, 12 Mar 2024 21:14:06 +0100\r\n"
    b"Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    b"--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSee=20you =C3=A0 dix\r\n"
    b"--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''caf%C3%A9.png\r\n\r\n" + base64.encodebytes(PICTURE) + b"\r\n"
    b"--B\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\nFrom: x@example.org\r\n\r\nin\r\n--B--\r\n"
)


def test_a_mail_tells_parties_subject_times_and_what_is_attached() -> None:
    report = taken(mail.extract, MAIL)
    assert found(report, "mail.from").value == "Jörg <joerg@example.org>"
    assert values(report, "mail.to") == ["Ann <ann@example.org>", "bob@example.org"]
    assert values(report, "mail.cc") == ["c@example.org"]
    assert found(report, "mail.subject").value == "Café tonight"
    assert found(report, "mail.message_id").value == "<1@example.org>"
    assert found(report, "sent_at").value == KNOWN
    assert found(report, "received_at").value == Moment(datetime(2024, 3, 12, 20, 14, 9), ZoneStatus.KNOWN, timedelta())  # noqa: DTZ001
    picture, inner = values(report, "attachment")
    assert (picture.name, picture.size, picture.kind) == ("café.png", 256, "image/png")
    assert picture.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert (inner.name, inner.kind) == ("Inner", "message/rfc822")
    assert inner.sha256 == hashlib.sha256(b"Subject: Inner\r\nFrom: x@example.org\r\n\r\nin").hexdigest()
    assert found(report, "text.start").value == "See you à dix"
    assert report.stopped == report.warnings == []


@pytest.mark.parametrize(
    "date", ["Tue, 12 Mar 2024 21:14:06 -0000", "Tue, 12 Mar 2024 21:14:06", "Tue, 12 Mar 2024 21:14:06 XQZ"]
)
def test_a_date_without_a_known_zone_stays_without(date: str) -> None:
    report = taken(mail.extract, f"From: a@b\nDate: {date}\n\nx".encode())
    assert found(report, "sent_at").value == Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.UNKNOWN)  # noqa: DTZ001


def test_a_date_that_nothing_can_read_is_kept_as_it_is() -> None:
    finding = found(taken(mail.extract, b"From: a@b\nDate: yesterday\n\nx"), "sent_at")
    assert (finding.value, finding.flags) == ("yesterday", ("no_time",))


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_a_subject_in_plain_bytes_is_read(charset: str) -> None:
    report = taken(mail.extract, "From: Jörg <j@example.org>\nSubject: Café\n\nx".encode(charset))
    assert found(report, "mail.subject").value == "Café"
    assert found(report, "mail.from").value == "Jörg <j@example.org>"


def test_two_senders_are_both_kept_and_flagged() -> None:
    report = taken(mail.extract, b"From: a@example.org\nFrom: b@example.org\nSubject: s\n\nx")
    assert values(report, "mail.from") == ["a@example.org", "b@example.org"]
    assert all(f.flags == ("repeated",) for f in report.findings if f.name == "mail.from")


def test_a_mail_nested_a_thousand_deep_ends_soon_and_says_where() -> None:
    data = b"leaf"
    for depth in range(1_000):
        kind = f"Subject: {depth}\nContent-Type: multipart/mixed; boundary=B{depth}\n\n--B{depth}\n".encode()
        data = kind + data + f"\n--B{depth}--\n".encode()
    report = taken(mail.extract, b"From: a@b\n" + data)
    assert report.stopped == [f"Parts nested deeper than {mime.MAX_DEPTH} were not opened."]
    assert found(report, "mail.subject").value == "999"


def test_forwarded_mail_within_mail_a_thousand_deep_ends_soon() -> None:
    data = b"Subject: leaf\n\nx"
    for depth in range(1_000):
        data = f"Subject: {depth}\nContent-Type: message/rfc822\n\n".encode() + data
    report = taken(mail.extract, data)
    assert any("deeper" in reason for reason in report.stopped)
    assert len(values(report, "attachment")) <= mime.MAX_DEPTH + 1


def test_a_hundred_thousand_parts_are_not_all_read() -> None:
    data = b"From: a@b\nContent-Type: multipart/mixed; boundary=B\n\n" + b"--B\n\nx\n" * 100_000
    assert any("1,000 parts" in reason for reason in taken(mail.extract, data).stopped)


def test_a_charset_that_is_a_bomb_or_unknown_harms_nothing() -> None:
    for charset in ("zlib_codec", "idna", "punycode", "no-such", "hex"):
        report = taken(mail.extract, f"From: a@b\nContent-Type: text/plain; charset={charset}\n\nplain words".encode())
        assert found(report, "text.start").value == "plain words"


def test_comments_within_comments_in_an_address_end_soon() -> None:
    report = taken(mail.extract, b"Subject: s\nTo: " + b"(" * 15_000 + b"\n\nx")
    assert found(report, "mail.subject").value == "s"


def test_parameters_that_take_quadratic_time_are_cut() -> None:
    report = taken(mail.extract, b"From: a@b\nContent-Type: multipart/mixed" + b';"' * 120_000 + b"\n\nx")
    assert found(report, "mail.from").value == "a@b"


def test_a_mailbox_of_a_million_messages_is_counted_and_not_all_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "MAX_OPENED", 600)
    report = taken(mail.extract, b"From a\nSubject: x\n\n" * 100_000)
    assert found(report, "messages").value == 100_000
    assert len(values(report, "message")) == 500
    assert len(report.stopped) == 2


def test_headers_without_end_are_cut() -> None:
    report = taken(mail.extract, b"From: a@b\nSubject: " + b"=?utf-8?q?x?= " * 200_000)
    assert len(found(report, "mail.subject").value) <= 4_000


def test_a_mailbox_counts_its_messages_and_tells_first_and_last() -> None:
    one = b"From ann Tue Mar 12 21:14:06 2024\nFrom: ann@example.org\nSubject: one\n"
    one += b"Date: Tue, 12 Mar 2024 21:14:06 +0100\n\nFrom here on\n\n"
    two = b"From bob Mon Jan  1 10:00:00 2024\nFrom: bob@example.org\nSubject: two\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nbye\n"
    report = taken(mail.extract, one + two)
    assert found(report, "messages").value == 2
    assert [entry.name for entry in values(report, "message")] == ["one", "two"]
    assert found(report, "messages.last_at").value == KNOWN
    first = datetime(2024, 1, 1, 10, 0)  # noqa: DTZ001
    assert found(report, "messages.first_at").value == Moment(first, ZoneStatus.KNOWN, timedelta())


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def outlook_message() -> bytes:
    sent = struct.pack("<2HLQ", 0x0040, 0x0039, 6, ticks(2024, 3, 12, 20, 14))
    return container(
        {
            "__properties_version1.0": bytes(32) + sent,
            "__substg1.0_0037001F": wide("Café"),
            "__substg1.0_0C1A001F": wide("Jörg"),
            "__substg1.0_5D01001F": wide("joerg@example.org"),
            "__substg1.0_1000001F": wide("See you"),
            "__recip_version1.0_#00000000/__properties_version1.0": bytes(8) + struct.pack("<2HLQ", 3, 0x0C15, 6, 2),
            "__recip_version1.0_#00000000/__substg1.0_3001001F": wide("Ann"),
            "__recip_version1.0_#00000000/__substg1.0_39FE001F": wide("ann@example.org"),
            "__attach_version1.0_#00000000/__properties_version1.0": bytes(8),
            "__attach_version1.0_#00000000/__substg1.0_3707001F": wide("a.png"),
            "__attach_version1.0_#00000000/__substg1.0_37010102": PICTURE * 40,
        }
    )


def test_an_outlook_message_tells_the_same() -> None:
    report = taken(mail.extract, outlook_message())
    assert found(report, "mail.from").value == "Jörg <joerg@example.org>"
    assert values(report, "mail.cc") == ["Ann <ann@example.org>"]
    assert found(report, "mail.subject").value == "Café"
    assert found(report, "sent_at").value == Moment(datetime(2024, 3, 12, 20, 14), ZoneStatus.ASSUMED, timedelta())  # noqa: DTZ001
    entry = found(report, "attachment").value
    assert (entry.name, entry.size, entry.sha256) == ("a.png", 10_240, hashlib.sha256(PICTURE * 40).hexdigest())
    assert found(report, "text.start").value == "See you"


@pytest.mark.parametrize("data", [b"", b"hello\n\nworld", bytes(3_000), container({"WordDocument": b"x"})])
def test_what_is_no_mail_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"no mail|no Outlook message"):
        taken(mail.extract, data)
