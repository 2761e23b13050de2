"""The keys of the lessons have the figures of the runs that students see. Tests scripts/lesson_reports.py.

A row of a key that begins with an address (``#t=51``) is made again from the recorded journal, and must stand in the
page as it is made.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from lab.analysis import Timeline, Verdict
from lab.analysis.system import eye_second, system_map, system_second
from lab.report import headline_figures as figures
from scripts.lesson_reports import RECORDED, recorded, write
from tests.docs.documented import ROOT

LESSONS = ROOT / "docs" / "lessons"
ROW = re.compile(r"^\| `#t=(\d+)` \|.*$", re.MULTILINE)
MINUTES = re.compile(r"^\| (?!Part)[^|]+\| (\d+) \|$", re.MULTILINE)
OF_PLANES = 2
A_LESSON = 45
PARTS = ("For whom", "Before", "Prediction", "Run", "Question", "Key", "What students usually get wrong")


def page(lesson: int) -> str:
    """A lesson's text."""
    (file,) = LESSONS.glob(f"{lesson}-*.md")
    return file.read_text()


@cache
def judged(lesson: int) -> tuple[Timeline, Verdict]:
    """The recorded run, read once."""
    _, timeline, verdict = recorded(lesson)
    return timeline, verdict


def key_row(lesson: int, second: int) -> str:
    """What the key says of a second, in the words of the report."""
    timeline, _ = judged(lesson)
    row = next(one for one in timeline.rows if one.second == second)
    cells = [f"`#t={second}`", str(row.phase), figures.rate(row.good)]
    if lesson == OF_PLANES:
        for plane in ("shared", "ops"):
            seen = eye_second(timeline, plane, second)
            assert seen is not None
            stale = f"stale, {figures.seconds(seen.newest_age_s)} old"
            cells.append(stale if seen.stale else figures.rate(seen.goodput_rps))
    else:
        found = system_map(timeline)
        moment = system_second(timeline, second, found)
        (arrow,) = (
            now
            for there, now in zip(found.arrows, moment.arrows, strict=True)
            if now is not None and (there.source, there.target) == ("storefront", "auth")
        )
        device = moment.devices[str(found.device)]
        cells += [
            f"{figures.rate(arrow.first_rps)} + {figures.rate(arrow.retries_rps)}",
            figures.rate(arrow.refused_rps),
            figures.rate(device.answered_rps),
            figures.rate(device.wasted_rps),
            figures.count(device.accept_queue),
            figures.wait(device.queueing_delay_s),
        ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.slow
@pytest.mark.parametrize("lesson", RECORDED)
def test_a_key_has_the_figures_of_the_run_that_is_shown(lesson: int) -> None:
    """Each row, made again from the journal."""
    text = page(lesson)
    rows = [(found[0], key_row(lesson, int(found[1]))) for found in ROW.finditer(text)]
    assert len(rows) > 4
    assert [said for said, _ in rows] == [made for _, made in rows]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", RECORDED)
def test_a_recorded_run_is_one_to_teach_with(lesson: int, tmp_path: Path) -> None:
    """Valid, as its drill expects; the page is whole and needs no network. The lesson names the journal."""
    timeline, verdict = judged(lesson)
    assert verdict.verdict == "pass"
    assert timeline.drill is not None
    said = write(lesson, tmp_path).read_text()
    assert timeline.drill.title in said
    assert 'src="http' not in said
    assert RECORDED[lesson].name in page(lesson)


@pytest.mark.parametrize("file", sorted(LESSONS.glob("[0-9]*.md")), ids=lambda file: file.stem)
def test_a_lesson_has_all_its_parts_in_45_minutes(file: Path) -> None:
    """In this order, and the minutes add up."""
    text = file.read_text()
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [one for one in headings if one in PARTS] == list(PARTS)
    assert sum(int(minutes) for minutes in MINUTES.findall(text)) == A_LESSON
