"""Store, broker, workers, room, and the machine itself."""

import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta

from celery import Celery

from dems.bootstrap import Dems
from dems.bootstrap.ledger import CHECKS
from dems.cli.beside import Place
from dems.cli.doctor.findings import Finding, note, warning, well, wrong
from dems.cli.screen import size_text
from dems.model.readings import SANDBOX_LEVELS, reaches
from dems.ports import StoreCheck
from storage.errors import ObjectMissing

_LATE, _NIGHTS_MISSED = timedelta(minutes=15), timedelta(days=2)
_TOOLS = {
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "documents as PDF"),
}

_OPTIONAL_READERS = ("exiftool", "ffprobe", "c2pa")

_DEFENDED = (
    "defended: the store's master, volume, filer and admin ports ask for a client certificate and a signed token, gRPC "
    "for mutual TLS; anonymous requests are refused, and every start tries them; the application's key may not delete, "
    "shorten or bypass a lock"
)
_NOT_DEFENDED = (
    "not defended: whoever runs processes as the same user, or as root, can read the data folder with its keys and can "
    "destroy the files under it; for that, use a store on another machine"
)


def store(dems: Dems) -> Iterator[Finding]:
    try:
        dems.store.head("selfcheck/does-not-exist")
    except ObjectMissing:
        yield well("store", f"{dems.settings.s3.endpoint or 'AWS'} answers")


def self_check(check: StoreCheck) -> Iterator[Finding]:
    failed = sorted({f"{row['name']} ({row['identity']})" for row in check.rows if not row["held"]})
    if failed:
        yield wrong("store self-check", f"did not hold: {', '.join(failed)}")
    else:
        yield well("store self-check", f"all {len(check.rows)} attempts on a canary were refused or seen through")


def broker(place: Place) -> Iterator[Finding]:
    url = place.settings.broker.url.get_secret_value()
    if not url:
        yield wrong("broker", "no address: set DEMS_BROKER__URL")
        return
    app = Celery("dems-doctor", broker=url, set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": 2, "socket_timeout": 5}
    try:
        with app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
            yield well("broker", "answers")
            replies = app.control.ping(timeout=1.0, connection=connection) or []
    except Exception as error:  # noqa: BLE001  (whatever the transport raises)
        yield wrong("broker", f"does not answer ({type(error).__name__}); work waits in the database, nothing is lost")
        return
    names = sorted(name for reply in replies for name in reply)
    if names:
        yield well("workers", f"{', '.join(names)} answer")
    else:
        yield wrong("workers", "none answers: nothing is verified and sealed until one runs")


def work(dems: Dems) -> Iterator[Finding]:
    seen = dems.upkeep.observe()
    if not seen.backlog:
        yield well("work", "nothing is due")
    for kind, (count, age) in sorted(seen.backlog.items()):
        told = f"{count} {kind.value} due, the oldest for {age:.0f} s"
        yield wrong("work", f"{told}: see that the workers run") if age > _LATE.total_seconds() else well("work", told)
    if seen.orphans:
        yield note(
            "orphans", f"{seen.orphans} versions in the store that no record explains; they are kept, look at the log"
        )
    else:
        yield well("orphans", "every version that was looked at has a record")


def readers(dems: Dems) -> Iterator[Finding]:
    """How tightly readers of hostile files are held, and what cannot be read with."""
    required = dems.settings.findings.required_sandbox
    heard = dems.upkeep.observe().readers
    if not heard:
        yield warning("readers", "no worker that reads files was heard of late: findings wait until one runs")
    for report in heard:
        missing = "; ".join(report.missing)
        told = f"{report.worker} holds readers at sandbox level {report.sandbox}" + (f" ({missing})" if missing else "")
        if not reaches(report.sandbox, required):
            yield wrong("readers", f"{told}, and {required} is required: it reads nothing")
        elif report.sandbox == SANDBOX_LEVELS[-1]:
            yield well("readers", told)
        else:
            yield note("readers", told)
    for name, why in sorted({pair for report in heard for pair in report.absent.items()}):
        yield note(f"readers: {name}", f"cannot be used ({why})")
    for name, version in sorted({(n, r.tools[n]) for r in heard for n in _OPTIONAL_READERS if n in r.tools}):
        yield note(f"readers: {name}", f"version {version} is asked, too")


def custody_log(dems: Dems) -> Iterator[Finding]:
    """Whether entries are taken in, signed and published, and what the nightly checks said."""
    seen, now = dems.ledger.observe(), dems.clock()
    size, signed = seen.head.size if seen.head else 0, seen.signed.size if seen.signed else 0
    if seen.oldest > _LATE.total_seconds():
        yield wrong(
            "custody log",
            f"{seen.waiting} entries wait, the oldest for {seen.oldest:.0f} s: see that the sequencer runs",
        )
    elif seen.signer_is_missed(now):
        yield wrong(
            "custody log", f"{size} entries, {signed} of them signed: see that the signer runs, and its clock is right"
        )
    else:
        yield well("custody log", f"{size} entries, {signed} of them signed; {seen.waiting} wait")
    for name, report in sorted(seen.reports.items()):
        age = now - report.at
        told = f"{report.detail} ({age.total_seconds() / 3600:.1f} hours ago)"
        if report.held and age < -_LATE:
            yield warning(
                f"custody log: {name}", f"{report.detail} (at {report.at:%FT%TZ}, says its clock, which is ahead)"
            )
        elif report.held and name in CHECKS and age > _NIGHTS_MISSED:
            yield warning(f"custody log: {name}", f"{told}: it is to run every night, see that `beat` and a worker run")
        else:
            yield (well if report.held else wrong)(f"custody log: {name}", told)


def anchors(dems: Dems) -> Iterator[Finding]:
    """Who outside holds the log in place, and how much of it nobody does yet. Nothing stops for it."""
    most = timedelta(minutes=dems.settings.ledger.unanchored_warning_minutes)
    try:
        ways = dems.anchors.held()
        problems = [f"{a.name}: {a.roots}" for a in dems.settings.ledger.timestamp_authorities if not a.roots.is_file()]
    except ValueError as error:
        yield wrong("anchors", f"the file of witnesses is none: {error}")
        return
    if problems:
        yield wrong("anchors", f"there is no file with the certificates of {'; '.join(problems)}")
    if not ways:
        yield note("anchors", "no witness and no timestamp authority is set: nobody outside can vouch for the log")
    for way in ways:
        if way.unheld_for > most:
            yield warning("anchors", f"{way.text}: look for log_not_anchored in the log")
        else:
            yield well("anchors", way.text)


def room(dems: Dems) -> Iterator[Finding]:
    free = dems.trust.free_bytes()
    if free is None:
        yield note("room", "the store's disks are not on this machine")
    elif free < dems.trust.min_free_bytes:
        yield wrong(
            "room", f"{size_text(free)} free: no evidence is taken in below {size_text(dems.trust.min_free_bytes)}"
        )
    else:
        yield well("room", f"{size_text(free)} free")


def machine(place: Place) -> Iterator[Finding]:
    if place.embedded:
        for sentence in (_DEFENDED, _NOT_DEFENDED):
            yield note("engines", sentence)
    yield note(
        "platform", f"Python {sys.version.split()[0]}, {platform.system()} {platform.release()} {platform.machine()}"
    )
    for tool, (names, purpose) in _TOOLS.items():
        path = next((found for name in names if (found := shutil.which(name))), None)
        yield note(f"optional: {tool}", path or f"absent ({purpose})")
