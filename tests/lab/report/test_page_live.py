"""The page in a real browser, without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lab.analysis import judge
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.summary import summarise
from lab.report.html import write_report
from tests.lab.analysis.test_ramp import line, ridden
from tests.lab.report.conftest import make_drill, make_events, make_verdict
from tests.lab.report.watched import watched_events, watched_verdict

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("page")]

RANGES = "[...document.querySelectorAll('.plot')].map((plot) => plot.layout.xaxis.range)"
CONTRAST = Path(__file__).parent / "data" / "contrast.js"
NOTES = "[...document.querySelectorAll('[data-chart=planes] .annotation')]"
OUTSIDE = f"""(() => {{
  const box = document.querySelector('[data-chart=planes]').getBoundingClientRect();
  return {NOTES}.filter((note) => {{
    const at = note.getBoundingClientRect();
    return at.left < box.left - 8 || at.right > box.right + 8 || at.top < box.top - 1 || at.bottom > box.bottom;
  }}).map((note) => note.textContent);
}})()"""
TITLES_MEET = f"""(() => {{
  const all = {NOTES}.map((note) => [note.textContent, note.getBoundingClientRect()]);
  const meet = (a, b) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
  return all.flatMap(([name, a], i) => all.slice(i + 1).filter(([, b]) => meet(a, b)).map(([other]) => [name, other]));
}})()"""
NASTY = "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the made-up run, with a title that tries to run."""
    path = tmp_path_factory.mktemp("run") / "report.html"
    drill, verdict = make_drill(title=f"A retry storm {NASTY}"), make_verdict()
    events = make_events(drill)
    timeline = Timeline.fold(events)
    summary = summarise(verdict, timeline)
    write_report(path, drill, timeline, verdict, {}, events=events, summary=summary)
    return path


@pytest.fixture(scope="module")
def watched_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the made-up run as two planes saw it."""
    path, drill = tmp_path_factory.mktemp("watched") / "report.html", make_drill()
    events = watched_events(drill, late=range(36, 44))
    timeline = Timeline.fold(events)
    write_report(path, drill, timeline, watched_verdict(timeline), {}, events=events)
    return path


@pytest.fixture(scope="module")
def ramped_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of a run whose load went up and came back."""
    path, timeline = tmp_path_factory.mktemp("ramped") / "report.html", ridden(line)
    assert timeline.drill is not None
    write_report(path, timeline.drill, timeline, judge(timeline), {})
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
    ("scheme", "width"),
    [
        ("light", 1280),
        pytest.param("dark", 1280, marks=pytest.mark.long),
        pytest.param("light", 390, marks=pytest.mark.long),
        ("dark", 320),
    ],
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


def test_without_a_mouse_one_zooms_and_reads_any_second(browser: Browser, report: Path) -> None:
    """Buttons for a narrower and a wider span, never beyond the run; the slider's second in words."""
    page, trouble = opened(browser, report)
    whole = page.evaluate(RANGES)[0]
    page.press("[data-move=in]", "Enter")
    page.wait_for_function(f"() => {RANGES}.every((range) => range[0] > {whole[0]} && range[1] < {whole[1]})")
    narrow = page.evaluate(RANGES)[0]
    page.press("[data-move=on]", "Enter")
    page.wait_for_function(f"() => {RANGES}.every((range) => range[0] > {narrow[0]})")
    for _ in range(3):
        page.press("[data-move=out]", "Enter")
    page.wait_for_function(
        f"() => {RANGES}.every((range) => range[0] === {whole[0]} && range[1] === {whole[1]})"
    )
    page.fill("#second", "36")
    page.click(".picture summary")
    assert page.inner_text("#figures").startswith(
        "Second 36 (aftermath): offered 96/s, goodput 0/s, attempts 384/s"
    )
    assert trouble == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_word_is_broken_inside_a_table(browser: Browser, report: Path, width: int) -> None:
    """Each word of a cell lies on one line; a table that is too wide scrolls by itself, and the page does not."""
    page, _ = opened(browser, report, width=width)
    broken = page.evaluate("""() => {
      const found = [];
      for (const cell of document.querySelectorAll('table:not(.long table) th, table:not(.long table) td')) {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        for (let text; (text = texts.nextNode());) {
          for (const word of text.data.matchAll(/[A-Za-z]+/g)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(word[0]);
          }
        }
      }
      return found;
    }""")
    assert broken == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1280),
        pytest.param("dark", 1280, marks=pytest.mark.long),
        pytest.param("light", 390, marks=pytest.mark.long),
        ("dark", 320),
    ],
)
def test_the_picture_of_the_planes_is_drawn_and_readable(
    browser: Browser, watched_report: Path, scheme: str, width: int
) -> None:
    """Three strips, two kinds of hatch, every name inside the picture and none over another."""
    page, trouble = opened(browser, watched_report, scheme, width)
    plot = page.locator(".plot[data-chart=planes]")
    assert plot.locator(".subplot").count() == 3
    assert plot.locator("pattern").count() >= 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST.read_text()) == []
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(TITLES_MEET) == []
    assert trouble == []
    page.close()


def test_the_picture_follows_the_other_charts(browser: Browser, watched_report: Path) -> None:
    """Zoomed with them, and read with them: what each plane said in the second that one points at elsewhere."""
    page, trouble = opened(browser, watched_report)
    page.click("button[data-span=aftermath]")
    page.wait_for_function(f"{RANGES}.every(([from, to]) => from === 29.2 && to === 44.2)")
    assert len(page.evaluate(RANGES)) == 5
    plot = page.locator(".plot").nth(1)
    plot.scroll_into_view_if_needed()
    plot.hover(position={"x": 320, "y": 100})
    said = page.locator(".plot[data-chart=planes] .hoverlayer .legend")
    said.wait_for(state="attached")
    text = said.text_content() or ""
    assert "shared : blind (no answer)" in text
    assert "ops : 0/s" in text
    assert trouble == []
    page.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_the_picture_of_hysteresis_keeps_its_own_axis(
    browser: Browser, ramped_report: Path, scheme: str, width: int
) -> None:
    """Drawn with both ways; zooming into a phase moves every chart but this one."""
    page, trouble = opened(browser, ramped_report, scheme, width)
    alone = "document.querySelector('[data-chart=hysteresis]')"
    assert page.evaluate(f"{alone}.data.map((trace) => trace.name)")[1:] == [
        "on the way up",
        "on the way down",
    ]
    before = page.evaluate(f"[...{alone}.layout.xaxis.range]")
    page.click("[data-span=trigger]")
    page.wait_for_function("document.querySelector('[data-chart=bridge]').layout.xaxis.range[0] === 10")
    assert page.evaluate(f"[...{alone}.layout.xaxis.range]") == before
    assert not trouble
    page.close()
