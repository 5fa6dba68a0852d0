"""Outlook's mailboxes (PST, OST): folders with their counts, and a bounded number of messages."""

from collections.abc import Iterator
from typing import Any

import pypff

from dems.model.findings import Confidence, Entry, Moment
from workers.extractors import stated_times
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Refused, Source

MAX_FOLDERS = 500
MAX_DEPTH = 32
MAX_MESSAGES = 200
"""Messages that are opened; all are counted by what their folders state."""
_BROKEN = (OSError, ValueError, MemoryError, OverflowError, IndexError)


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the family has one type
    """Raises `Unreadable` for what is no mailbox, or too damaged for its root to be found."""
    tool = report.by("pypff", pypff.get_version())
    mailbox = pypff.file()
    source.seek(0)
    try:
        mailbox.open_file_object(source)
    except _BROKEN as error:
        if source.refused:
            raise Refused(source.refused) from error
        raise Unreadable("The file is damaged, cut off, or no Outlook mailbox.") from error
    try:
        tool.found("container", "PFF", "PFF:signature")
        _folders(mailbox, tool)
    except _BROKEN:
        report.partial("The mailbox is damaged: what lies behind the listed folders was not read.")
    finally:
        mailbox.close()
    if source.refused:
        report.partial(source.refused)


def _folders(mailbox: Any, tool: Reporter) -> None:
    total = opened = 0
    for number, (path, folder, damaged) in enumerate(_walked(mailbox.get_root_folder())):
        if number >= MAX_FOLDERS:
            tool.report.partial(f"Only the first {MAX_FOLDERS} folders are listed.")
            break
        count = 0 if damaged else int(folder.get_number_of_sub_messages())
        total += count
        flags = ("damaged",) if damaged else ()
        tool.found("entry", Entry(path, kind="folder", more={"messages": count}), "PFF:folder", flags=flags)
        for index in range(min(count, MAX_MESSAGES - opened)):
            opened += 1
            try:
                tool.found("message", _message(folder.get_sub_message(index), path), "PFF:message")
            except _BROKEN:
                tool.report.warn(f"Message {index + 1:,} of the folder {path} is damaged.")
    tool.found("messages", total, "PFF:folder", confidence=Confidence.DERIVED)
    if total > opened:
        tool.report.partial(f"Only the first {opened:,} of {total:,} messages were opened.")


def _walked(root: Any) -> Iterator[tuple[str, Any, bool]]:
    waiting = [("", root, 0)]
    while waiting:
        path, folder, depth = waiting.pop()
        try:
            inner = int(folder.get_number_of_sub_folders())
            name = str(folder.get_name() or "")
        except _BROKEN:
            yield path or "/", folder, True
            continue
        here = f"{path}/{name}" if name else path
        if here:
            yield here[:1_000], folder, False
        if depth < MAX_DEPTH:
            for index in reversed(range(min(inner, MAX_FOLDERS))):
                try:
                    waiting.append((here, folder.get_sub_folder(index), depth + 1))
                except _BROKEN:
                    continue


def _message(message: Any, path: str) -> Entry:
    sent: Moment | None = None
    ticks = message.get_client_submit_time_as_integer()
    if ticks:
        sent = stated_times.filetime(int(ticks))
    more: dict[str, str | int | float | bool] = {
        "folder": path,
        "from": str(message.get_sender_name() or "")[:500],
        "attachments": int(message.get_number_of_attachments()),
    }
    return Entry(str(message.get_subject() or "")[:1_000], modified=sent, kind="message", more=more)
