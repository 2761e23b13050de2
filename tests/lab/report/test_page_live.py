"""The page in a real browser, without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lab.analysis.summary import summarise
from lab.analysis.timeline import Timeline
from lab.report.html import write_report
from tests.lab.report.conftest import make_drill, make_events, make_verdict

pytestmark = pytest.mark.live

RANGES = "[...document.querySelectorAll('.plot')].map((plot) => plot.layout.xaxis.range)"
CONTRAST = Path(__file__).parent / "data" / "contrast.js"
NASTY = "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the made-up run, with a title that tries to run."""
    path = tmp_path_factory.mktemp("run") / "report.html"
    drill, verdict = make_drill(title=f"A retry storm {NASTY}"), make_verdict()
    events = make_events(drill)
    write_report(path, drill, Timeline.fold(events), verdict, {}, events=events, summary=summarise(verdict))
    return path


def opened(
    browser: Browser, report: Path, scheme: str = "light", width: int = 1280
) -> tuple[Page, list[str]]:
    """The page, drawn, and everything it complained about or asked for."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("request", lambda asked: trouble.append(asked.url) if asked.url != report.as_uri() else None)
    page.context.set_offline(offline=True)
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn=true]")
    return page, trouble


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 320)]
)
def test_the_page_opens_alone_and_draws_four_charts(
    browser: Browser, report: Path, scheme: str, width: int
) -> None:
    """No complaint, no request, no script of others, no scrolling sideways, every text readable."""
    page, trouble = opened(browser, report, scheme, width)
    assert page.locator(".plot .main-svg .xaxislayer-above").count() >= 4
    assert page.locator(".plot .scatterlayer .js-line").count() >= 10
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hit") is None
    assert page.evaluate(CONTRAST.read_text()) == []
    assert trouble == []
    page.close()


def test_zoom_is_shared_and_survives_the_other_theme(browser: Browser, report: Path) -> None:
    """A phase's button by keyboard, then a drag in one chart: all four follow."""
    page, trouble = opened(browser, report)
    page.focus("button[data-span=aftermath]")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{RANGES}.every(([from, to]) => from === 29.2 && to === 44.2)")
    page.click("#theme")
    page.wait_for_function("getComputedStyle(document.body).backgroundColor === 'rgb(13, 17, 23)'")
    assert page.evaluate(RANGES) == [[29.2, 44.2]] * 4
    plot = page.locator(".plot").nth(1)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 100, steps=5)
    page.mouse.up()
    page.wait_for_function(f"{RANGES}.every(([from, to]) => from > 30 && to < 43)")
    assert len({tuple(span) for span in page.evaluate(RANGES)}) == 1
    assert trouble == []
    page.close()


def test_pointing_at_one_chart_reads_all_of_them(browser: Browser, report: Path) -> None:
    """The same second in each, where something was measured."""
    page, _ = opened(browser, report)
    plot = page.locator(".plot").nth(1)
    plot.scroll_into_view_if_needed()
    plot.hover(position={"x": 120, "y": 100})
    page.wait_for_function("document.querySelectorAll('.plot .hoverlayer .legend').length === 4")
    titles = page.eval_on_selector_all(
        ".hoverlayer .legendtitletext", "(all) => all.map((one) => one.textContent)"
    )
    assert len(set(titles)) == 1
    assert titles[0].startswith("second ")
    page.close()
