"""A drill's variants, each to its verdict, one after the other, on the same lab."""

from dataclasses import replace

from lab.campaign.one_lab import one_lab
from lab.campaign.ran import EARLY, Ran
from lab.campaign.reports import Reporter, ReportListener
from lab.campaign.stops import Stops
from lab.drillfile import Drill
from lab.session import Request, Result, create_run_folder, judge_run


async def run_variants(
    asked: Request, variants: tuple[Drill, ...], stops: Stops, listener: ReportListener | None = None
) -> Ran:
    """Run every variant on a lab that is calibrated once. Ended early, there are fewer results, and why."""
    results: list[Result] = []
    first, *others = variants
    out = None if asked.out is None else asked.out.with_name(f"{asked.out.name}-lab")
    lab_of_all = replace(asked, drill=first, also=tuple(others), out=out)
    try:
        async with one_lab(lab_of_all, asked.drill.name, stops, Reporter(listener)) as lab:
            for variant in variants:
                folder = create_run_folder(asked.home, variant.name, asked.out)
                results.append(lab.ended(variant.name, await lab.run(variant, folder, variant.name)))
    except EARLY as early:
        return Ran(tuple(results), early)
    wanted = lab.host.stop.wanted
    return Ran(tuple(replace(judge_run(result.folder), last=wanted) for result in results))


def on_one_lab(variants: tuple[Drill, ...]) -> bool:
    """Whether one lab can do for all: they differ in nothing that is decided when it is brought up."""
    decided = {
        (one.bridge, one.load.requests_rps, one.load.target, one.monitoring, *sorted(one.processes.items()))
        for one in variants
    }
    return len(decided) == 1
