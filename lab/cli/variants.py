"""``lab run`` of a drill with variants: each to its verdict, one after the other, on the same lab."""

from dataclasses import replace

from rich.console import Console

from lab.cli.exits import Exit
from lab.cli.on_one_lab import EARLY, one_lab, say_end
from lab.drillfile import Drill
from lab.session import Request, Result, create_run_folder, judge_run


async def run_variants(
    asked: Request, variants: tuple[Drill, ...], console: Console
) -> tuple[list[Result], Exit | None]:
    """Run every variant on a lab that is calibrated once.

    Returns:
        The results, and how it ended if that was early: then there are fewer.
    """
    results: list[Result] = []
    first, *others = variants
    out = None if asked.out is None else asked.out.with_name(f"{asked.out.name}-lab")
    try:
        async with one_lab(
            replace(asked, drill=first, also=tuple(others), out=out), asked.drill.name, console
        ) as lab:
            for variant in variants:
                folder = create_run_folder(asked.home, variant.name, asked.out)
                results.append(await lab.run(variant, folder, variant.name))
    except EARLY as early:
        return results, say_end(console, early)
    return [judge_run(result.folder) for result in results], None


def on_one_bridge(variants: tuple[Drill, ...]) -> bool:
    """Whether one lab can do for all: they differ in nothing that is decided when it is brought up."""
    return len({(one.bridge, one.load.rate_rps, one.load.target, one.monitoring) for one in variants}) == 1
