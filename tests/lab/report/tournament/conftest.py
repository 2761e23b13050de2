"""A made-up tournament with every outcome there is, without a run."""

import random

import pytest

from lab.analysis.tournament import Cell, Second, Tournament, make_tournament

NASTY = "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>[red]{{7*7}}"
CONTESTANTS = {"none": 0.30, "budget + breaker + full-jitter": 0.32, "immediate(retries=3)": 0.93, NASTY: 0.5}
TRIGGERS = ("latency", "down", "load surge x 3")


def made_up(seeds: int = 3) -> Tournament:
    """Over, stuck, borderline, undetermined (down) and invalid (immediate under the surge)."""
    chance = random.Random(3)  # noqa: S311 - test data
    return make_tournament(
        [
            _cell(name, lost, trigger, seed, chance.gauss(0, 0.004))
            for name, lost in CONTESTANTS.items() for trigger in TRIGGERS for seed in range(1, seeds + 1)
        ],
        plan="policies", title="Which client survives?", command="lab compare policies --seeds 3",
        runtime="embedded", machine={"cpus": 2}, contestants=("not yet run",),
    )  # fmt: skip


def _cell(name: str, lost: float, trigger: str, seed: int, off: float) -> Cell:
    doubted = name.startswith("immediate") and trigger == TRIGGERS[2]
    stuck = lost > 0.9 or (name == NASTY and seed == 2)
    return Cell(
        contestant=name, trigger=trigger, seed=seed, run=f"{len(name)}-{trigger}-{seed}",
        verdict="inconclusive" if doubted else "pass", valid=not doubted,
        reasons=(f"steal: 9.1 (limit < 2 %) {NASTY}",) if doubted else (), trigger_s=10.0, mitigated_at_s=40.0,
        stuck=None if trigger == "down" else stuck, outlasted=None if trigger == "down" else stuck,
        lost_share=(0.95 if stuck else lost) + off, lost_requests=4000,
        served_mitigation=1 - lost + off, served_recovery=0.0 if stuck else 1.0,
        amplification_peak=4.0, amplification_aftermath=1 + 3 * lost, latency_p99_ms=1500 * lost,
        time_to_recover_s=None if stuck or trigger == "down" else 4.2,
        censored_at_s=40.0 if stuck and trigger != "down" else None,
        rejected=None if name == "none" else 120.0, rejected_by={} if name == "none" else {"breaker": 120.0},
        wasted_attempts_share=lost,
    )  # fmt: skip


def made_up_series(tournament: Tournament) -> dict[str, list[Second]]:
    """Rows of each run; a second in which nothing was measured among them."""
    return {
        cell.run: [
            Second(
                s,
                None if s == 20 else 100,
                None if s == 20 else (5 if 0 <= s < 10 or cell.stuck else 99),
                150,
            )
            for s in range(-10, 60)
        ]
        for cell in tournament.cells
    }


@pytest.fixture
def tournament() -> Tournament:
    """The made-up one."""
    return made_up()
