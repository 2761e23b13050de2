"""The section of docs/measured/benchmarks.md on herds, from the rows alone."""

from collections.abc import Iterable, Iterator, Mapping

from bench.cells import row, spread
from bench.herds import DRILLS, HOLDERS, VARIANTS, WHAT
from bench.rows import Row, Rows
from lab.analysis.verdict.interval import wilson

RUNTIMES = ("embedded", "compose")
INTRODUCTION = f"""\
`thundering-herd` (200 clients), `bench/drills/thundering-herd-1000.yaml` and `thundering-herd-5000`. Memory of a
client: of the services that hold its connections ({", ".join(HOLDERS)}), in KB (embedded: PSS, without what the kernel
has for its sockets; compose: working set of the cgroups, with it). Held: all clients are there, nothing has happened
yet. Most: at any time of the run; the bridge's Go collects what connections that were cut have left when its memory
has doubled.
"""


def herds(rows: Rows) -> Iterable[str]:
    """Every size on every runtime that has rows; then what did not pass, and why."""
    yield f"## Thousands of clients at once (`python -m bench {WHAT}`)\n"
    yield INTRODUCTION
    yield row(("runtime", "clients", "delay", "passed", "arrivals/s at the peak", "peak to mean", "held KB each",
               "most KB each", "of it, most"))  # fmt: skip
    yield row(["---"] * 9)
    found = rows.of(what=WHAT)
    for runtime in RUNTIMES:
        for clients in DRILLS:
            for variant in VARIANTS:
                key = {"runtime": runtime, "clients": clients, "variant": variant}
                if same := [one for one in found if key.items() <= one.items()]:
                    yield row((runtime, clients, variant, *_cells(same)))
    yield ""
    yield from _not_passed(found)


def _cells(found: list[Row]) -> tuple[str, ...]:
    return (
        str(wilson(sum(one["verdict"] == "pass" for one in found), len(found))),
        spread(one["arrivals_rps_peak"] for one in found),
        spread(one["peak_to_mean"] for one in found),
        spread(_total(one["held_kb"]) for one in found),
        spread(_total(one["most_kb"]) for one in found),
        ", ".join(f"{name} {spread(one['most_kb'].get(name) for one in found)}" for name in HOLDERS),
    )


def _total(by_service: Mapping[str, float]) -> float | None:
    return sum(by_service.values()) if by_service else None


def _not_passed(found: list[Row]) -> Iterator[str]:
    for one in found:
        if one["verdict"] != "pass":
            which = f"{one['runtime']}, {one['clients']} clients, {one['variant']}, seed {one['seed']}"
            yield f"* {which}: {one['verdict']}: {'; '.join(one['reasons'])}\n"
