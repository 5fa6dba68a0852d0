"""The page of an invitation in a real browser: the system's Chromium, driven by Playwright, against the real server and engines.

Where there is no Chromium these tests are left out, and the run says so at its end.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect, sync_playwright

from dems.bootstrap import Dems
from dems.errors import DemsError, NoLongerDue
from dems.model.ids import EvidenceId
from dems.ports import JobKind
from dems.settings import Settings
from storage.settings import S3Settings
from storage.setup import prepare
from tests.api.conftest import serve
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.conftest import Sent, Team, Time
from tests.invited import Holder

collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not longer than a module: while Playwright runs, its event loop runs in this thread, and others' tests have loops too.
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", accept_downloads=True)
    made.set_default_timeout(90_000)
    expect.set_options(timeout=90_000)
    yield made
    made.close()


@pytest.fixture
def faults(context: BrowserContext) -> Iterator[list[str]]:
    """What pages complained of: a program of ours that fails, or a policy that keeps it from something, fails the test."""
    found: list[str] = []
    context.on("weberror", lambda e: found.append(str(e.error)))
    context.on("console", lambda m: found.append(m.text) if "Content Security Policy" in m.text else None)
    yield found
    assert found == []


@pytest.fixture
def page(context: BrowserContext, faults: list[str]) -> Page:
    del faults
    opened = context.new_page()
    opened.on("dialog", lambda d: d.accept())
    return opened


@pytest.fixture(scope="session")
def open_store(s3: S3Settings) -> Callable[[str], None]:
    """Lets pages of an origin send to the store."""
    return lambda origin: prepare(s3.model_copy(update={"cors_origins": (origin,)}))


@pytest.fixture
def url(dems: Dems, settings: Settings, open_store: Callable[[str], None]) -> Iterator[str]:
    for served in serve(dems, settings):
        open_store(served)
        yield served


@pytest.fixture
def worker(dems: Dems, sent: Sent) -> Iterator[None]:
    """Carries out what is nudged, as a worker would."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            jobs, sent.jobs[:] = list(sent.jobs), []
            for job in jobs:
                try:
                    if job.kind is JobKind.VERIFY:
                        dems.evidence.seal(EvidenceId(job.subject))
                    elif job.kind is JobKind.VERIFY_MANY:
                        dems.evidence.seal_many()
                except (NoLongerDue, DemsError):
                    continue

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(30)


@pytest.fixture
def holder(dems: Dems, team: Team, time: Time) -> Holder:
    del time
    return Holder.invited(dems, team, max_bytes=200_000_000)


class Traffic:
    """What the browser asks for: how often each part was sent, directly or through us; and ways to disturb it.

    `hold` keeps a part waiting for ever where it says True; `gone` is no connection at all, `closed` none to the store.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.sent: Counter[str] = Counter()
        self.relayed: Counter[str] = Counter()
        self.hold: Callable[[Route, str], bool] = lambda _route, _key: False
        self.gone = False
        self.closed = False
        self._held: list[Route] = []
        context.route("**/*", self._pass)

    def _pass(self, route: Route) -> None:
        request = route.request
        ours = request.url.startswith(self.url)
        if self.closed and not ours:
            route.abort("connectionrefused")
            return
        if request.method == "PUT":
            key = request.url.removeprefix(self.url) if ours else _key(request.url)
            if self.hold(route, key):
                self._held.append(route)
                return
            if not self.gone:
                (self.relayed if ours else self.sent)[key] += 1
        if self.gone:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    def let_go(self) -> None:
        """Nothing waits any more when the browser is closed."""
        for route in self._held:
            with contextlib.suppress(Error):
                route.abort()


def _key(address: str) -> str:
    path, _, query = address.partition("?")
    number = next((p for p in query.split("&") if p.lower().startswith("partnumber=")), "")
    return f"{path} {number}"


@pytest.fixture
def traffic(context: BrowserContext, url: str) -> Iterator[Traffic]:
    watched = Traffic(context, url)
    yield watched
    watched.let_go()
