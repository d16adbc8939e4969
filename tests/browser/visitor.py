"""Somebody who looks at the dashboard through a browser, and what that person must never see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

from pages.shared import catalogue
from tests.browser.turns import Turns

WAIT_MS = 30_000
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
LOADED = "() => [...document.images].every((image) => image.complete)"
"""A page that is left while its pictures are on their way asks for pictures that its session no longer has."""
FAULTS = re.compile(
    r"Traceback \(most recent call last\)|\b[A-Z]\w+(?:Error|Exception)\b|fault of the program|程序.?(?:错误|故障|缺陷)"
    r"|(?m:(?:^|[:=·($] ?)(?:None|nan|NaN|inf)(?:$|[%.,;) ]))"
)
"""What no page says to anybody."""


@dataclass
class Visitor:
    """A page of a browser, pointed at a dashboard, that remembers what went wrong."""

    page: Page
    url: str
    language: str = "en"
    other_hosts: set[str] = field(default_factory=set)
    """Hosts that the page asked, other than the dashboard."""
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.turns = Turns(self.page)
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("console", self._note_console)

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != urlsplit(self.url).netloc:
            self.other_hosts.add(address.netloc)

    def _note_response(self, response: Response) -> None:
        # Streamlit's page looks for its server beneath its own path before it looks at the root.
        if response.status >= 400 and "/_stcore/" not in response.url:
            self.faults.append(f"{response.status} for {response.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def open(self, path: str = "/", **query: str) -> Visitor:
        """Go to a page of the dashboard by its address and wait until it is drawn."""
        self.page.goto(f"{self.url}{path}?{urlencode({'lang': self.language, **query})}")
        return self.settled()

    def settled(self) -> Visitor:
        """Wait until the script answered, nothing of an older run is left and pictures are there; look for faults."""
        self.turns.wait(WAIT_MS)
        self.page.locator(IDLE).wait_for()
        expect(self.page.locator('[data-stale="true"], [data-testid="stSkeleton"]')).to_have_count(0, timeout=WAIT_MS)
        self.page.wait_for_function(LOADED, timeout=WAIT_MS)
        self.faults += [f"{self.page.url} says {found[0]!r}" for found in FAULTS.finditer(self.text())]
        self.faults += [f"{self.page.url}: {e}" for e in self.page.get_by_test_id("stException").all_inner_texts()]
        return self

    def text(self) -> str:
        """Return everything that can be read on the page, with the cells of tables, which are drawn as pictures."""
        cells = self.page.locator('[data-testid="stDataFrame"] [role="gridcell"]').all_text_contents()
        return "\n".join([self.page.locator("body").inner_text(), *cells])

    def says(self, english: str) -> str:
        """Return a sentence of the program as this visitor reads it."""
        return english if self.language == "en" else catalogue.load(self.language)[english]

    def see(self, english: str, *, patience_ms: int = WAIT_MS) -> Locator:
        """Wait until a sentence of the program can be seen, and return where."""
        found = self.page.get_by_text(self.says(english)).locator("visible=true").first
        expect(found).to_be_visible(timeout=patience_ms)
        return found

    def keyed(self, key: str) -> Locator:
        """Return the element that the page drew with `key=`."""
        return self.page.locator(f".st-key-{key}")

    def press(self, english: str) -> Visitor:
        """Press the button or link that is called so in this visitor's language, and wait until the page answered."""
        name = self.says(english)
        role = self.page.get_by_role
        role("button", name=name).or_(role("link", name=name)).locator("visible=true").first.click()
        return self.settled()

    def to_the_top(self) -> Visitor:
        """Scroll up, as before a picture."""
        self.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        return self

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def assert_nothing_wrong(self) -> None:
        """Fail when a page showed a fault of the program or asked another host."""
        assert not self.faults, self.faults
        assert not self.other_hosts, self.other_hosts
