"""The built site in a real browser: what readers do, at the width of a desk and of a phone, light and dark."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: it comes with [dev]")

SITE = Path(__file__).parents[2] / "build" / "site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
    pytest.mark.skipif(not (SITE / "index.html").is_file(), reason="the site is not built: run docs/build.py first"),
]
KINDS = (
    "index.html",
    "docs/start.html",
    "docs/concepts/threads.html",
    "docs/concepts/order.html",
    "spec/1.0/06-replay.html",
    "spec/1.0/schema/checkpoint.html",
    "conformance/catalogue/index.html",
    "conformance/catalogue/ERR-finally-calls-a-task.html",
    "conformance/catalogue/mutants.html",
    "conformance/implementations.html",
    "conformance/protocol.html",
    "conformance/start.html",
    "conformance/verdicts/index.html",
    "conformance/verdicts/effect.repeated.html",
    "conformance/format/program.html",
    "docs/guides/human.html",
    "docs/reference/errors/index.html",
    "docs/reference/errors/run.concurrent.html",
    "docs/reference/typescript.html",
    "docs/reference/configuration.html",
    "docs/reference/cli.html",
    "docs/reference/api.html",
)


CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8").partition("\n")[2]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(params=[("light", 1300), ("dark", 400)], ids=["desk-light", "phone-dark"])
def page(browser, address, request):
    """A page that asks nobody but the site, and says nothing on its console."""
    scheme, width = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, base_url=address)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda asked: asked.url.startswith((address, "data:", "blob:")) or said.append(asked.url))
    opened.on("response", lambda got: got.status < 400 or said.append(f"{got.status} {got.url}"))
    yield opened
    context.close()
    assert said == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_page_can_be_read_by_everybody(page, kind: str) -> None:
    for scheme, name in (("light", "default"), ("dark", "slate")):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/{kind}")
        page.wait_for_selector(f"body[data-md-color-scheme={name}]")
        assert page.evaluate(CONTRAST) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    levels = page.evaluate(
        "[...document.querySelectorAll('article :is(h1,h2,h3,h4,h5,h6)')].map((each) => +each.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator("html[lang=en]").count() == 1
    assert page.locator("article img:not([alt])").count() == 0
    assert page.evaluate(
        "[...document.querySelectorAll('article svg[role=img]')].every((each) => each.querySelector('title'))"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('figure > div')].every((each) => each.tabIndex === 0 && each.ariaLabel)"
    )
    assert page.locator("article :is(input, select):not(label *):not(.tabbed-set > *):not([aria-label])").count() == 0


def test_a_faint_text_is_noticed(page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/index.html")
    page.wait_for_selector("body[data-md-color-scheme=default]")
    page.evaluate("document.querySelector('article p').style.color = '#999'")
    assert [each for each in page.evaluate(CONTRAST) if each.startswith("P ")]


def test_the_keyboard_is_enough(page) -> None:
    page.goto("/spec/1.0/06-replay.html")
    page.keyboard.press("Tab")
    assert page.locator(".md-skip:focus").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**#replay")
    page.locator("details.proof > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.proof[open]").count() == 1
    page.goto("/index.html")
    page.locator(".tabbed-set > input").first.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".tabbed-block:visible", has_text='task("fetch", lambda').first.wait_for()
    page.keyboard.press("/")
    page.locator("input.md-search__input:focus").wait_for()
    page.keyboard.type("RPL-003")
    page.locator(".md-search-result__item a[href*='#rpl-003']").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**#rpl-003")


def search(page, words: str) -> None:
    """Type into the field: the theme listens to keys, and misses a text that is set after its index is there."""
    page.goto("/index.html")
    if page.viewport_size["width"] < 600:
        page.click("label.md-header__button[for='__search']")
    page.locator("input.md-search__input").press_sequentially(words)


def test_the_search_finds_a_rule_by_its_id(page) -> None:
    search(page, "RPL-003")
    found = page.locator(".md-search-result__item").first.locator("a[href*='#rpl-003']")
    found.wait_for()
    found.click()
    page.wait_for_url("**/06-replay.html*#rpl-003")
    assert page.locator("#rpl-003").is_visible()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("caught error", "guides/errors.html"),
        ("write a driver", "protocol.html"),
        ("RPL-crash-after-commit", "catalogue/RPL-crash-after-commit.html"),
        ("install", "docs/start.html"),
    ],
)
def test_the_search_finds_what_readers_look_for(page, words: str, place: str) -> None:
    search(page, words)
    page.locator(f".md-search-result__item:nth-child(-n+3) a[href*='{place}']").first.wait_for()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("effect.repeated", "verdicts/effect.repeated.html"),
        ("driver.timeout", "verdicts/driver.timeout.html"),
        ("run.concurrent", "errors/run.concurrent.html"),
        ("go", "conformance/start.html#go"),
        ("driver in Go", "conformance/start.html#go"),
        ("rust", "conformance/start.html#rust"),
    ],
)
def test_what_somebody_copies_from_a_terminal_or_calls_by_name_is_found_first(page, words: str, place: str) -> None:
    search(page, words)
    path, _, anchor = place.partition("#")
    first = page.locator(".md-search-result__item:nth-child(1)")
    first.locator(f"a[href*='{path}']").first.wait_for()
    first.locator(f"a[href$='#{anchor}']" if anchor else "a").first.wait_for(state="attached")


def test_a_rule_leads_to_a_fixture_that_proves_it_and_back(page) -> None:
    page.goto("/spec/1.0/06-replay.html#rpl-041")
    proof = page.locator("#rpl-041 ~ details.proof").first
    proof.locator("summary").click()
    proof.get_by_role("link", name="ERR-finally-calls-a-task", exact=True).click()
    page.wait_for_url("**/ERR-finally-calls-a-task.html")
    assert "pay#0 failed" in page.locator("svg.timeline > title").first.text_content()
    page.get_by_role("link", name="RPL-041", exact=True).first.click()
    page.wait_for_url("**/06-replay.html#rpl-041")


def test_the_catalogue_is_filtered_and_the_address_keeps_it(page) -> None:
    page.goto("/conformance/catalogue/index.html")
    every = page.locator(".filtered tbody tr:visible").count()
    page.select_option("select[name=family]", "errors")
    page.fill("input[name=words]", "RPL-041")
    shown = page.locator(".filtered tbody tr:visible")
    assert 0 < shown.count() < every
    assert page.locator("form.filter output").text_content() == f"{shown.count()} of {every}"
    assert "ERR-finally-calls-a-task" in shown.all_inner_texts()[0] + "".join(shown.all_inner_texts())
    kept = shown.count()
    page.reload()
    assert page.locator(".filtered tbody tr:visible").count() == kept


def test_a_tab_is_remembered_on_the_other_pages(page) -> None:
    page.goto("/index.html")
    page.locator(".tabbed-labels label", has_text="TypeScript").first.click()
    assert page.locator(".tabbed-block:visible", has_text="await report.invoke").count() == 1
    page.goto("/docs/start.html")
    page.locator(".tabbed-block:visible", has_text="await report.invoke").wait_for()


OUTSIDE = re.compile(
    r"<(?:script|img|iframe|source)[^>]* src=[\"']?(?:https?:)?//|<link[^>]* rel=[\"']?stylesheet[^>]*//"
)


def test_an_address_that_does_not_exist_leads_to_those_that_do() -> None:
    shown = (SITE / "404.html").read_text(encoding="utf-8")
    links = re.findall(r'<li><a href="/([^"#]+)">', shown)
    assert {"index.html", "docs/start.html"} <= set(links)
    assert [each for each in links if not (SITE / each).is_file()] == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    pages = sorted(SITE.rglob("*.html"))
    assert len(pages) > 100
    assert [each.name for each in pages if OUTSIDE.search(each.read_text(encoding="utf-8"))] == []


def test_each_page_has_a_title_and_a_description_of_its_own() -> None:
    pages = [each for each in sorted(SITE.rglob("*.html")) if each.name != "404.html"]
    texts = [each.read_text(encoding="utf-8").partition("</head>")[0] for each in pages]
    for pattern in (r'<meta name="description" content="([^"]+)"', r"<title>([^<]+)</title>"):
        found = [re.findall(pattern, text)[:1] for text in texts]
        assert [] not in found
        assert sorted(each for each in found if found.count(each) > 1) == []
