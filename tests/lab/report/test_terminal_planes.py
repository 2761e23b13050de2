"""Planes in the terminal: one over the other at the end, a line each while the run lasts, right at any width."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from lab.analysis.timeline.timeline import Timeline
from lab.report.terminal import LiveView, PlainView, say_verdict
from tests.lab.report.conftest import make_drill, make_events, make_verdict
from tests.lab.report.watched import watched, watched_events


def verdict_lines(width: int, encoding: str = "utf-8", **console: object) -> list[str]:
    """What a console of this width is told at the end."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    timeline, verdict = watched(late=range(30, 40))
    say_verdict(Console(file=out, width=width, **console), verdict, [], "report.html", timeline)  # type: ignore[arg-type]
    out.seek(0)
    return out.read().splitlines()


def strip(lines: list[str], name: str) -> str:
    """The strip of that name."""
    return next(line for line in lines if line.strip("│ ").startswith(f"{name} ")).strip("│ ")


@pytest.mark.parametrize("width", [44, 60, 80, 120])
@pytest.mark.slow
def test_truth_and_planes_stand_one_over_the_other(width: int) -> None:
    """In the storm truth is zero, the shared plane hatched, the ops plane right; never wider than asked for."""
    lines = verdict_lines(width, force_terminal=True, color_system=None)
    assert max(map(cell_len, lines)) <= width
    truth, shared, ops = (strip(lines, name) for name in ("truth", "shared", "ops"))
    at = shared.index("░")
    assert set(truth[at : at + 3]) <= {"▁", "▂", "▃"}
    assert shared.count("░") >= 3
    assert "▒" in shared
    assert shared.endswith("blind 31 s")
    assert ops.endswith("blind 0 s")
    assert not {"░", "▒", " "} & set(ops[8 : ops.index("  blind")])
    assert any("░ blind   ▒ filled in later" in line for line in lines)


@pytest.mark.slow
def test_in_a_pipe_the_picture_is_80_wide_and_without_unicode_it_is_ascii() -> None:
    """A log of a machine that has no UTF-8 can be read, too."""
    lines = verdict_lines(80, "ascii")
    start = lines.index("What happened, and what each dashboard showed") + 1
    picture = lines[start : start + 6]
    assert max(map(len, picture)) <= 80
    assert "".join(picture).isascii()
    assert "?" not in "".join(picture)
    assert "//" in strip(lines, "shared")
    assert "\\\\" in strip(lines, "shared")
    assert "\x1b" not in "".join(lines)


@pytest.mark.slow
def test_without_planes_nothing_is_said_of_them() -> None:
    """Most drills have none."""
    out = io.StringIO()
    timeline = Timeline.fold(make_events(make_drill()))
    say_verdict(Console(file=out, width=80), make_verdict(), [], "report.html", timeline)
    assert "plane" not in out.getvalue()
    assert "dashboard" not in out.getvalue()


def live_at(now_s: float, width: int = 80, height: int = 24) -> list[str]:
    """The live view's lines at a time of the run."""
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    view = LiveView(console, make_drill(), "embedded")
    events = watched_events(make_drill(), now_s)
    for event in events:
        view.feed(event)
    with console.capture() as capture:
        console.print(view.render(Timeline.fold(events), now_s))
    return capture.get().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (80, 20), (120, 50)])
@pytest.mark.parametrize("now_s", [2.0, 9.3, 15.0, 36.0, 46.0, 90.0])
@pytest.mark.slow
def test_the_live_view_with_planes_fits_the_screen(now_s: float, width: int, height: int) -> None:
    """No line is wider, and all of them fit its height."""
    lines = live_at(now_s, width, height)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) < height


@pytest.mark.slow
def test_the_live_view_says_what_each_plane_answers_beside_the_truth() -> None:
    """Blind or not, and the last page."""
    text = "\n".join(live_at(43.0))
    assert "shared plane     blind  truth 0/s     last page dead-man's switch, 41.3 s" in text
    assert "ops plane          0/s  truth 0/s     last page RetryAmplification, 26.3 s" in text
    assert "last page none" in "\n".join(live_at(15.0))


@pytest.mark.slow
def test_a_plain_line_has_the_planes() -> None:
    """A CI log can be followed."""
    view = PlainView(Console(file=io.StringIO(), width=80), make_drill(), "embedded", "run")
    line = view.line(Timeline.fold(watched_events(make_drill(), 43.0)), 43.0)
    assert line.endswith(
        " bridge delay 1.1 s (limit 1 s) answered - wasted - shared shows blind ops shows 0/s"
    )
