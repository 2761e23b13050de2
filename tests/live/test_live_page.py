"""The live page in a real browser, on a real lab: opened, filled, clicked, reloaded. As a person uses it."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lab.runs.home import VARIABLE
from tests.live.by_hand import ByHand
from tests.live.conftest import LAB, ROOT

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("turns")]

SOON_MS = 30_000
"""For what takes a second or two where nothing else is going on."""


HOSTILE = """<!DOCTYPE html><title>A report of someone else's</title><p id="said">tries</p><script>
const order = {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}", credentials: "include"};
fetch("/control/abort", order).then((answer) => answer.status, String)
  .then((said) => { document.getElementById("said").textContent = `${origin}: ${said}`; });
</script>"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of these tests go."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The page's address, as it is printed; lab and page end afterwards."""
    lab = ByHand(home)
    lab("up", "--runtime", "embedded")
    page = subprocess.Popen(
        [*LAB, "watch", "--web", "--no-browser"],
        cwd=ROOT, env=os.environ | {VARIABLE: str(home)}, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert page.stdout is not None
        found = re.search(r"http://\S+", page.stdout.readline())
        assert found
        yield found[0]
    finally:
        os.killpg(page.pid, signal.SIGINT)
        page.wait(30)
        lab("down")


def opened(
    browser: Browser, address: str, width: int = 1280, scheme: str = "light"
) -> tuple[Page, list[str]]:
    """The page with its charts drawn, and what it complained about."""
    expect.set_options(timeout=SOON_MS)
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(SOON_MS)
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(address)
    page.wait_for_selector("html[data-drawn=true]", timeout=SOON_MS)
    return page, trouble


def newest(page: Page) -> int:
    """The last second that the charts have; they are drawn where one can see them."""
    page.locator(".plot").first.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    return int(page.evaluate("document.querySelector('.plot').data[0].x.at(-1)"))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_opens_fills_and_is_accessible(browser: Browser, address: str, width: int, scheme: str) -> None:
    """The token leaves the address; seconds come; nothing scrolls sideways; axe finds nothing."""
    page, trouble = opened(browser, address, width, scheme)
    assert "token" not in page.url
    wanted = newest(page) + 3
    page.wait_for_function(
        "(wanted) => document.querySelector('.plot').data[0].x.at(-1) >= wanted", arg=wanted
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for group in page.locator("details.group").all():
        group.evaluate("(one) => { one.open = true; }")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert trouble == []
    page.close()


def test_a_click_adds_latency_undo_removes_it_and_a_reload_loses_nothing(
    browser: Browser, address: str
) -> None:
    """What is active is what was read back; the seconds before a reload are there after it."""
    page, trouble = opened(browser, address)
    form = page.locator("form[data-what=latency]")
    form.locator("[data-key=latency]").fill("700")
    expect(form.locator(".command")).to_have_text("lab fault add latency --target bridge latency=700ms")
    form.get_by_role("button", name="Apply").click()
    active = page.locator("#all-active li")
    expect(active).to_contain_text("latency 700 ms, jitter 0 ms on bridge", timeout=SOON_MS)
    expect(active.locator(".readback")).to_have_text("read back")
    expect(form.locator("ul.active li")).to_contain_text("latency 700 ms, jitter 0 ms on bridge")
    before = newest(page)
    page.reload()
    page.wait_for_selector("html[data-drawn=true]", timeout=SOON_MS)
    newest(page)
    seconds = page.evaluate("[...document.querySelector('.plot').data[0].x]")
    assert seconds == list(range(len(seconds)))
    assert seconds[-1] >= before
    expect(active).to_contain_text("latency 700 ms, jitter 0 ms on bridge", timeout=SOON_MS)
    page.locator("#all-active").get_by_role(
        "button", name="Undo latency 700 ms, jitter 0 ms on bridge"
    ).click()
    expect(page.locator("#all-active")).to_have_text("nothing", timeout=SOON_MS)
    expect(page.locator("#lines")).to_contain_text("latency undone (read back)")
    assert trouble == []
    page.close()


def test_past_runs_are_listed_and_the_page_without_a_token_is_closed(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    """By the same cookie; a browser without it sees nothing."""
    page, _ = opened(browser, address)
    page.get_by_role("link", name="Past runs").click()
    expect(page.get_by_role("heading", name="Past runs")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text("goes on")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    stranger = browser.new_page()
    answer = stranger.goto(address.partition("?")[0])
    assert answer is not None
    assert answer.status == 403
    # from a file, as `lab watch --web` opens it: another site to the browser, which keeps a strict cookie back
    file = tmp_path / "on.html"
    file.write_text(f'<meta http-equiv="refresh" content="0; url={address}#t=3">')
    stranger.goto(file.as_uri())
    stranger.wait_for_selector("html[data-drawn=true]", timeout=SOON_MS)
    assert "token" not in stranger.url
    stranger.close()
    page.close()


def test_a_report_of_someone_else_drives_nothing(browser: Browser, address: str, home: Path) -> None:
    """Its scripts run, as a page of no origin; what they ask for is refused, and the lab's journal says so."""
    run = home / "runs" / "20200101T000000-sent-by-mail"
    run.mkdir()
    (run / "report.html").write_text(HOSTILE)
    page, _ = opened(browser, address)
    page.goto(f"{address.partition('?')[0]}runs/{run.name}/report.html")
    expect(page.locator("#said")).to_have_text(re.compile("^null: (403|TypeError.*)$"), timeout=SOON_MS)
    page.goto(address.partition("?")[0])
    refused = re.compile("refused on the live page: (OPTIONS|POST) /control/abort")
    expect(page.locator("#lines")).to_contain_text(refused, timeout=SOON_MS)
    page.close()
