"""One moment for the picture and all charts, in a real browser. Tests system.js, moment.js and charts.js."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from lab.analysis import judge
from lab.analysis.timeline.timeline import Timeline
from lab.journal import read
from lab.report.html import write_report

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("page")]

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
STORM, GUARDED, DARK = 46, 53, 40
"""Seconds of the recorded runs: the storm lasts; the clients' budget refuses; the shared plane is blind."""
MOST_MARKS = 60

AT = "document.querySelector('#system svg').dataset.second"
CURSORS = "[...document.querySelectorAll('.plot .cursor')].map((line) => Math.round(line.getBoundingClientRect().left))"
GOOD = "getComputedStyle(document.documentElement).getPropertyValue('--line-good')"
LABELS = """[...document.querySelectorAll('.arrow')].map((arrow) =>
  Object.fromEntries([...arrow.querySelectorAll('.rate tspan')].map(
    (one) => [one.getAttribute('class'), one.textContent.trim()])))"""
MARKS = """[...document.querySelectorAll('.arrow')].map((arrow) =>
  [...arrow.querySelectorAll('.mark:not([hidden])')].reduce((sum, one) => sum + Number(one.dataset.marks), 0))"""


def written(folder: Path, run: str) -> Path:
    """The report of a recorded run."""
    journal, path = folder / "journal.jsonl", folder / "report.html"
    journal.write_bytes(gzip.decompress((GOLDEN / f"{run}.journal.jsonl.gz").read_bytes()))
    timeline = Timeline.fold(read(journal).events)
    assert timeline.drill
    write_report(path, timeline.drill, timeline, judge(timeline), {})
    return path


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storm that a budget with a breaker ends."""
    return written(tmp_path_factory.mktemp("storm"), "embedded-retry-storm")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that two planes watched."""
    return written(tmp_path_factory.mktemp("watched"), "embedded-monitoring-blackout")


def system_of(report: Path) -> dict[str, Any]:
    """The picture's data in the page."""
    found = re.search(r'id="run-data">(.*?)</script>', report.read_text("utf-8"), re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])["system"]
    return data


def opened(
    browser: Browser, report: Path, moment: str, width: int = 1280, motion: str = "no-preference"
) -> tuple[Page, list[str]]:
    """The page at a moment, drawn, and everything it complained about."""
    page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion=motion)  # type: ignore[arg-type]
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.goto(report.as_uri() + moment)
    page.wait_for_selector("html[data-drawn=true]")
    return page, trouble


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.long)])
@pytest.mark.parametrize("second", [STORM, GUARDED])
def test_the_numbers_on_the_arrows_are_those_of_the_second_in_the_address(
    browser: Browser, storm: Path, second: int, width: int
) -> None:
    """First attempts, retries and what was refused, each by its own; every part is drawn and nothing is cut off."""
    page, trouble = opened(browser, storm, f"#t={second}", width)
    assert page.evaluate(AT) == str(second)
    said = system_of(storm)["seconds"][second]["said"]["arrows"]
    wanted = [
        {"first": one["first"]}
        | ({"retries": f"+ {one['retries']} retries"} if one["retries"] else {})
        | ({"refused": f"{one['refused']} refused"} if one["refused"] else {})
        for one in said
    ]
    assert page.evaluate(LABELS) == wanted
    assert ("refused" in wanted[2]) == (second == GUARDED)
    assert page.locator(".node").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate("""(() => {
      const whole = document.querySelector('#system svg').getBoundingClientRect();
      return [...document.querySelectorAll('#system text')].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && (box.left < whole.left - 1 || box.right > whole.right + 1 || box.bottom > whole.bottom + 1);
      }).map((one) => one.textContent);
    })()""")
    assert outside == []
    assert trouble == []
    page.close()


@pytest.mark.parametrize(
    ("run", "width"),
    [
        ("embedded-operators", 1280),
        ("embedded-thundering-herd.jitter", 390),
        pytest.param("embedded-thundering-herd.jitter", 1280, marks=pytest.mark.long),
        pytest.param("embedded-operators", 390, marks=pytest.mark.long),
    ],
)
def test_no_label_lies_under_a_node_or_another_label(
    browser: Browser, tmp_path: Path, run: str, width: int
) -> None:
    """Also where calls pass a service that stands between, a reserve device waits, and four callers share a device."""
    page, trouble = opened(browser, written(tmp_path, run), "", width)
    hidden = page.evaluate("""(() => {
      const boxes = (found) => [...document.querySelectorAll(found)].map((one) => [one, one.getBoundingClientRect()])
        .filter(([, box]) => box.width);
      const meet = (a, b) => a.left + 3 < b.right && b.left + 3 < a.right
        && a.top + 3 < b.bottom && b.top + 3 < a.bottom;
      const labels = boxes('.rate');
      return labels.flatMap(([label, box], i) => [...boxes('.node > .frame'), ...labels.slice(i + 1)]
        .filter(([, other]) => meet(box, other)).map(([other]) => [label.textContent, other.parentNode.textContent]));
    })()""")
    assert hidden == []
    assert page.locator(".rate tspan").count() >= page.locator(".arrow").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
    page.close()


def test_one_cursor_for_all_by_keyboard_click_and_address(browser: Browser, storm: Path) -> None:
    """A key moves the picture, the line in every chart and the address; so do the next event, a chart, a link."""
    page, trouble = opened(browser, storm, f"#t={STORM}")
    before = page.evaluate(CURSORS)
    assert len(before) == 4
    page.focus("#second")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => {AT} === '{STORM + 1}'")
    assert all(now > was for now, was in zip(page.evaluate(CURSORS), before, strict=True))
    assert page.get_attribute("#second", "aria-valuetext") == f"second {STORM + 1}, aftermath, 03:33:00 UTC"
    page.wait_for_function(f"() => location.hash === '#t={STORM + 1}&view=truth'")
    page.keyboard.press("PageDown")
    page.wait_for_function(f"() => {AT} === '{STORM - 9}'")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(f"() => {AT} === '52'")
    assert "guard-clients on" in page.inner_text("#what")
    page.evaluate(f"location.hash = '#t={STORM}'")
    page.wait_for_function(f"() => {AT} === '{STORM}'")
    plot = page.locator(".plot").nth(1)
    plot.hover(position={"x": 500, "y": 100})
    page.wait_for_function("() => document.querySelectorAll('.plot .hoverlayer .legend').length === 4")
    plot.click(position={"x": 500, "y": 100})
    page.wait_for_function(f"() => {AT} === '58'")
    page.click("[data-span=recovery]")
    page.wait_for_function(f"() => {AT} === '83'")
    assert trouble == []
    page.close()


def test_an_address_that_makes_no_sense_opens_at_the_storm(browser: Browser, storm: Path) -> None:
    """The last second before the mitigation; one beyond the run is its last; a view that isn't there is the truth."""
    page, trouble = opened(browser, storm, "#t=x<&view=shared")
    assert page.evaluate(AT) == "51"
    assert page.evaluate("document.querySelector('#system svg').dataset.view") == "truth"
    page.evaluate("location.hash = '#t=99999'")
    page.wait_for_function(f"() => {AT} === '93'")
    assert trouble == []
    page.close()


def test_play_goes_on_until_it_is_paused(browser: Browser, storm: Path) -> None:
    """Second by second, four times as fast where that is asked for."""
    page, trouble = opened(browser, storm, f"#t={STORM}")
    page.click("[data-speed='4']")
    page.click("#play")
    page.wait_for_function(f"() => Number({AT}) >= {STORM + 3}")
    page.click("#play")
    stood = page.evaluate(AT)
    page.wait_for_timeout(700)
    assert page.evaluate(AT) == stood
    assert page.inner_text("#play") == "Play"
    assert trouble == []
    page.close()


def test_marks_move_where_there_is_traffic_and_can_be_switched_off(browser: Browser, storm: Path) -> None:
    """More where more flows; none after the switch."""
    page, trouble = opened(browser, storm, f"#t={STORM}")
    marks = page.evaluate(MARKS)
    assert marks[2] > marks[0] > 0
    dashes = "getComputedStyle(document.querySelector('.arrow .mark.first')).strokeDashoffset"
    was = page.evaluate(dashes)
    page.locator("#system").scroll_into_view_if_needed()
    page.wait_for_function(f"() => {dashes} !== '{was}'")
    page.click("#marks")
    assert page.evaluate(MARKS) == [0] * 5
    assert page.get_attribute("#marks", "aria-pressed") == "false"
    assert trouble == []
    page.close()


def test_an_arrow_never_has_more_than_60_marks(browser: Browser, storm: Path, tmp_path: Path) -> None:
    """Also where a mark stood for so little that thousands would be on their way."""
    dense = tmp_path / "report.html"
    text = storm.read_text("utf-8")
    assert text.count('"mark_rps":20.0') == 1
    dense.write_text(text.replace('"mark_rps":20.0', '"mark_rps":0.1'), "utf-8")
    page, _ = opened(browser, dense, f"#t={STORM}")
    marks = page.evaluate(MARKS)
    assert 40 <= marks[2] <= MOST_MARKS
    assert max(marks) <= MOST_MARKS
    page.close()


def test_who_asked_for_less_motion_gets_none(browser: Browser, storm: Path) -> None:
    """The same picture without a mark, and without a switch for what isn't there."""
    page, _ = opened(browser, storm, f"#t={STORM}", motion="reduce")
    assert page.evaluate(AT) == str(STORM)
    assert page.evaluate(MARKS) == [0] * 5
    assert not page.is_visible("#marks")
    page.close()


def test_the_tables_say_the_same_and_are_read_aloud_only_on_request(browser: Browser, storm: Path) -> None:
    """Who does not see the picture finds each figure by its row and column."""
    page, trouble = opened(browser, storm, f"#t={STORM}")
    page.click(".picture summary")
    page.wait_for_function("() => document.querySelectorAll('#system-words table').length === 4")
    cells = page.locator("#system-words table").first.locator("tbody tr").nth(2).locator("th, td")
    said = system_of(storm)["seconds"][STORM]["said"]["arrows"][2]
    assert cells.all_inner_texts() == ["storefront", "auth", "bridge", said["first"], said["retries"], "0/s"]
    assert page.text_content("#spoken") == ""
    page.click("#speak")
    page.focus("#second")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        f"() => document.getElementById('spoken').textContent.startsWith('Second {STORM + 1} ')"
    )
    assert trouble == []
    page.close()


def test_idle_looks_and_reads_like_nothing_else(browser: Browser, tmp_path: Path) -> None:
    """Its shape and its colour are not those of a service that is known to work."""
    page, _ = opened(browser, written(tmp_path, "embedded-operators"), "#t=20")
    looks = {
        state: page.evaluate(f"""(() => {{
          const node = document.querySelector('[data-state={state}]');
          const [word, icon] = [node.querySelector('.word'), node.querySelector('.state')];
          return [word.textContent, getComputedStyle(word).fill, icon.innerHTML];
        }})()""")
        for state in ("idle", "healthy")
    }
    assert [look[0] for look in looks.values()] == ["idle", "healthy"]
    assert all(idle != healthy for idle, healthy in zip(*looks.values(), strict=True))
    page.close()


def test_the_eyes_of_a_plane_are_hatched_while_it_is_stale(browser: Browser, watched: Path) -> None:
    """What it doesn't know isn't drawn: no figure on an arrow, and what it answered at the entrance."""
    page, trouble = opened(browser, watched, f"#t={DARK}&view=shared")
    assert page.is_visible("#system .stale")
    assert page.inner_text("#eye").startswith("Stale")
    assert page.evaluate(LABELS) == [{}] * 5
    assert page.evaluate(MARKS) == [0] * 5
    assert "goodput: no answer" in (page.text_content("[data-node=edge]") or "")
    page.click("[data-view=ops]")
    page.wait_for_function("() => document.querySelector('#system svg').dataset.view === 'ops'")
    assert not page.is_visible("#system .stale")
    page.wait_for_function(f"() => location.hash === '#t={DARK}&view=ops'")
    page.click("[data-view=truth]")
    page.wait_for_function("() => document.querySelectorAll('.rate .retries').length > 0")
    assert trouble == []
    page.close()


def test_the_paper_has_the_picture_and_no_controls(browser: Browser, storm: Path) -> None:
    """In light colours, whatever the screen shows; the moment is said in words."""
    page, trouble = opened(browser, storm, f"#t={STORM}")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.is_visible("#system svg")
    assert page.is_visible("#clock")
    assert not any(page.is_visible(one) for one in ("#second", "#play", "#marks", "#system .mark"))
    assert page.evaluate(GOOD).strip() == "#0072b2"
    assert trouble == []
    page.close()


def test_without_scripts_the_page_says_so_and_offers_nothing_that_is_dead(
    browser: Browser, storm: Path
) -> None:
    """Verdict and tables stay; the picture and its controls are not there."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(storm.as_uri())
    assert page.is_visible("noscript p")
    assert page.is_visible(".verdict")
    assert not page.is_visible("#moment")
    assert not page.is_visible("#system")
    context.close()
