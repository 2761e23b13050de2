"""A search on a lab that tips: which runs are made, and what is said of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from lab.analysis import Timeline, Verdict
from lab.analysis.tournament.computed_tipping import Computed
from lab.analysis.tournament.tipping import Looked, Tipping, Tried
from lab.analysis.verdict.verdict import Figures
from lab.campaign import Aborting, Report, open_drill, search
from lab.campaign.reports import PointFound
from lab.cli.ended_early import exit_of_search
from lab.cli.exits import Exit
from lab.drillfile import Drill, load_drill
from lab.report.terminal.tipping import said, say_tipping
from lab.session import Request, Result, RunFolder
from tests.checkout import ROOT

TIPS_AT_S = 6.0


def length_s(drill: Drill) -> float:
    """Of its trigger."""
    return next(phase.planned_s for phase in drill.phases if phase.name == "trigger")


def tips_by_length(drill: Drill) -> bool:
    """A longer trigger is never forgotten."""
    return length_s(drill) >= TIPS_AT_S


class Lab:
    """Stands in for a living lab, which is stuck after drills that ``tips``; no run in ``doubted`` can be judged."""

    def __init__(
        self,
        root: Path,
        doubted: frozenset[int] = frozenset(),
        tips: Callable[[Drill], bool] = tips_by_length,
    ) -> None:
        self.host = SimpleNamespace(request=SimpleNamespace(home=root))
        self.doubted, self.tips = doubted, tips
        self.ran: list[tuple[float, int]] = []

    async def run(self, drill: Drill, folder: RunFolder, _doing: str) -> Result:
        self.ran.append((length_s(drill), drill.seed))
        doubted = len(self.ran) in self.doubted
        verdict = Verdict(
            drill=drill.name, runtime="embedded", seed=drill.seed, policy=None, outcome="completed",
            verdict="inconclusive" if doubted else "pass", reasons=("the machine was busy",) if doubted else (),
            metrics=Figures(stuck=self.tips(drill)),
        )  # fmt: skip
        return Result(folder, Timeline(), verdict, 0)

    def ended(self, _doing: str, result: Result) -> Result:
        return result


async def look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lab: Lab, drill: Drill | None = None
) -> Tipping:
    @asynccontextmanager
    async def stand_in(*_: Any) -> AsyncIterator[Lab]:  # noqa: ANN401
        yield lab

    monkeypatch.setattr(search, "one_lab", stand_in)
    asked = Request(tmp_path, drill or open_drill("metastable"), "embedded")
    reports: list[Report] = []
    found = await search.find_tipping(asked, Aborting(), reports.append)
    assert {one.looked for one in reports if isinstance(one, PointFound)} == set(found.points)
    return found


@pytest.mark.slow
async def test_it_finds_the_band_and_shows_both_sides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Three seeds at each value, and a run of each side that can be looked at."""
    lab = Lab(tmp_path)
    found = await look(monkeypatch, tmp_path, lab)
    assert found.never_up_to is not None
    assert found.always_from is not None
    assert found.never_up_to < TIPS_AT_S <= found.always_from
    assert found.always_from - found.never_up_to <= 1
    assert {seed for _, seed in lab.ran} == {7, 8, 9}
    assert found.doubtful is None
    assert [*tmp_path.glob("searches/*/search.json")]  # noqa: ASYNC240  a test
    out = StringIO()
    say_tipping(Console(file=out, width=200), found)
    assert f"tips between {found.never_up_to:g} s and {found.always_from:g} s" in out.getvalue()
    assert sum("lab report" in line and "searches" in line for line in out.getvalue().splitlines()) == 2


@pytest.mark.slow
async def test_it_varies_the_load_just_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By requests a second, on a trigger that stays as long as it is."""
    drill = load_drill(ROOT / "bench" / "drills" / "metastable-rate.yaml")
    lab = Lab(tmp_path, tips=lambda drill: drill.load.rate_rps >= 95)
    found = await look(monkeypatch, tmp_path, lab, drill)
    assert found.never_up_to is not None
    assert found.always_from is not None
    assert found.never_up_to < 95 <= found.always_from <= found.never_up_to + 10
    assert {length for length, _ in lab.ran} == {5.0}
    assert f"tips between {found.never_up_to:g} /s and {found.always_from:g} /s" in said(found)[0]


@pytest.mark.slow
async def test_a_run_that_cannot_be_judged_is_made_again_with_another_seed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two more at most; the figures count only valid ones."""
    lab = Lab(tmp_path, frozenset({1, 2}))
    found = await look(monkeypatch, tmp_path, lab)
    assert [seed for length, seed in lab.ran if length == found.points[0].value] == [7, 8, 9, 10, 11]
    assert (found.points[0].stuck, found.points[0].judged, found.doubtful) == (0, 3, None)


@pytest.mark.slow
async def test_it_ends_where_too_little_can_be_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Inconclusive, with the reason; no band is made up."""
    found = await look(monkeypatch, tmp_path, Lab(tmp_path, frozenset({1, 3, 5})))
    assert found.doubtful == found.points[0].value
    assert exit_of_search(found) is Exit.INCONCLUSIVE
    assert "the machine was busy" in said(found)[0]


def searched(computed: Computed | None, band: tuple[float | None, float | None] = (2.0, 3.0)) -> Tipping:
    """A search that found this band."""
    points = tuple(
        Looked(value=value, stuck=stuck, judged=3, outcome="never" if not stuck else "always", runs=(
            Tried(run=f"/r/{value:g}", verdict="pass", stuck=bool(stuck), reason=None),
        ))
        for value, stuck in ((2.0, 0), (3.0, 3))
    )  # fmt: skip
    return Tipping(
        drill="metastable", runtime="embedded", vary="trigger", unit="s", never_up_to=band[0],
        always_from=band[1], doubtful=None, points=points, computed=computed,
    )  # fmt: skip


COMPUTED = Computed(
    value=2.8, low=2.5, high=3.1, chance_s=0.3, offered_rps=100, attempts=4, timeout_s=1.0, capacity_rps=165,
    abandoned_rps=207, throttled_rps=54, queue=561,
)  # fmt: skip


@pytest.mark.parametrize(
    ("computed", "holds", "words"),
    [
        (
            COMPUTED,
            True,
            (
                "Computed: 2.8 s (2.5 s to 3.1 s by the capacity's interval), give or take 0.3 s by chance, within "
                "the measured band: capacity 165/s, 207/s of connections that were given up, 54/s under the throttle, "
                "queue 561, timeout 1 s, 4 attempts per request."
            ),
        ),
        (COMPUTED.model_copy(update={"value": 1.9}), False, "below the measured band"),
        (COMPUTED.model_copy(update={"value": 3.1}), False, "above the measured band"),
        (
            COMPUTED.model_copy(update={"value": None}),
            None,
            "Computed: it does not tip in what was searched (capacity",
        ),
        (
            Computed(because="the model is of one throttle"),
            None,
            "Not computed: the model is of one throttle.",
        ),
    ],
)
def test_what_was_computed_stands_beside_the_band(computed: Computed, holds: object, words: str) -> None:
    """With all that went into it, and whether the band contains it."""
    found = searched(computed)
    assert found.holds_computed is holds
    assert words in said(found)[-1]


def test_without_a_band_what_was_computed_is_said_all_the_same() -> None:
    """It may say where to look."""
    assert "and no band was measured" in said(searched(COMPUTED, (None, None)))[-1]
    assert len(said(searched(None))) == 3


@pytest.mark.slow
async def test_two_ends_alike_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is no tipping point between them, and it says so."""
    drill = open_drill("metastable")
    assert drill.search is not None
    narrow = drill.model_copy(update={"search": drill.search.model_copy(update={"low": 7.0, "high": 9.0})})
    found = await look(monkeypatch, tmp_path, Lab(tmp_path), narrow)
    assert exit_of_search(found) is Exit.FAIL
    assert "No tipping point between 7 s (always stuck) and 9 s (always stuck)" in said(found)[0]
