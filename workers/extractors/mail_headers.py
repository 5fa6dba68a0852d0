"""What the headers of a mail say: parties, subject, dates and the way it took; of EML and MBOX, and of mail that Outlook keeps."""

from email.message import Message

from workers.extractors import mime, stated_times
from workers.extractors.report import Reporter

MAX_PARTIES = 500
MAX_HOPS = 50
_PARTIES = {
    "From": "mail.from",
    "To": "mail.to",
    "Cc": "mail.cc",
    "Bcc": "mail.bcc",
    "Sender": "mail.sender",
    "Reply-To": "mail.reply_to",
}
_TEXTS = {
    "Subject": "mail.subject",
    "Message-ID": "mail.message_id",
    "In-Reply-To": "mail.in_reply_to",
    "X-Mailer": "software",
    "User-Agent": "software",
    "X-Originating-IP": "mail.originating_address",
}


def tell(message: Message, tool: Reporter) -> None:
    """What the headers of a mail say, also of one that Outlook keeps."""
    for name, found in _PARTIES.items():
        values: list[object] = list(message.get_all(name, []))
        flags = ("repeated",) if len(values) > 1 and name in {"From", "Sender"} else ()
        for party in mime.addresses(values, MAX_PARTIES):
            tool.found(found, party, f"RFC5322:{name}", flags=flags)
    for name, found in _TEXTS.items():
        for value in message.get_all(name, [])[:5]:
            tool.found(found, mime.text_of(value), f"RFC5322:{name}", raw=str(value)[: mime.MAX_HEADER])
    for value in message.get_all("Date", [])[:5]:
        raw = str(value)[:200]
        stated_times.tell(tool, "sent_at", raw, stated_times.rfc_5322(raw), "RFC5322:Date")
    hops = message.get_all("Received", [])
    for value in hops[:MAX_HOPS]:
        text = mime.text_of(value)
        moment = stated_times.rfc_5322(text.rpartition(";")[2].strip()[:200])
        if moment is not None:
            tool.found("received_at", moment, "RFC5322:Received", raw=text)
    if len(hops) > MAX_HOPS:
        tool.report.partial(f"Only the first {MAX_HOPS} of {len(hops):,} Received headers were read.")
