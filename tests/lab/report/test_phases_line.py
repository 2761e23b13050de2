"""The bar of phases on a terminal. Tests lab.report.terminal.phases."""

from hypothesis import given
from hypothesis import strategies as st

from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import Phase
from lab.report.terminal.phases import phase_lines, widths
from tests.lab.report.conftest import make_drill

NAMES = st.lists(st.text("abcdefgh ", min_size=1, max_size=32), min_size=1, max_size=12, unique=True)


@given(NAMES, st.integers(80, 120))
def test_phases_of_any_names_fit_on_the_line(names: list[str], width: int) -> None:
    """Names and bar are equally long, and a name that has no room is cut, not the line."""
    phases = tuple(Phase(name=name, planned_s=10.0) for name in names)
    assert sum(widths(phases, width)) + len(phases) - 1 <= width
    drill = make_drill().model_copy(update={"phases": phases})
    named, bar, _ = phase_lines(drill, Timeline(), 0.0, width)
    assert named.cell_len == bar.cell_len <= width + 1


def test_short_names_are_shown_whole() -> None:
    """As long as there is room for them."""
    phases = tuple(Phase(name=name, planned_s=10.0) for name in ("quiet", "first wave", "dark"))
    drill = make_drill().model_copy(update={"phases": phases})
    named, _, _ = phase_lines(drill, Timeline(), 0.0, 80)
    assert all(phase.name in named.plain for phase in phases)
