"""What a caller asks for, checked before anything starts, with the words in which the command line refuses it."""

from pathlib import Path
from typing import Literal, get_args

from lab.campaign.catalog import open_drill
from lab.drillfile import Drill, DrillError
from lab.drillfile.load_model import MOST_RATE_RPS
from lab.drillfile.model import MOST_SEED
from lab.runs.home import lab_home
from lab.runtime import choose_runtime
from lab.session import Request, known_modes
from lab.units import quote, suggest

RuntimeName = Literal["auto", "compose", "embedded"]


def asked(  # noqa: PLR0913  what a caller can ask for
    drill: str | Path | Drill,
    *,
    runtime: str = "auto",
    seed: int | None = None,
    rate: float | None = None,
    monitoring: str | None = None,
    out: str | Path | None = None,
) -> Request:
    """A request for one lab.

    Args:
        drill: its name, its file, ``drill.variant``, or one that was read already.
        runtime: compose, embedded, or auto: compose where an engine answers.
        seed: of the arrivals; None: the drill's.
        rate: requests/s; None: the drill's.
        monitoring: how the shared monitoring plane sees main; None: as the drill says.
        out: where the run folder goes; None: ``runs/`` of ``LAB_HOME`` or of ``./.lab``.

    Raises:
        DrillError: there is no such drill, or something that was asked for is out of range.
    """
    found = drill if isinstance(drill, Drill) else open_drill(str(drill))
    if runtime not in get_args(RuntimeName):
        raise DrillError(f"runtime: {runtime!r} is not one of {', '.join(map(repr, get_args(RuntimeName)))}")
    _within("seed", seed, 0, MOST_SEED)
    _within("rate", rate, 1, MOST_RATE_RPS)
    changed = found.with_overrides(seed=seed, rate_rps=rate, monitoring=checked_way(monitoring))
    return Request(lab_home(), changed, choose_runtime(runtime).name, None if out is None else Path(out))


def _within(name: str, value: float | None, least: float, most: float) -> None:
    """As typer says it of an option."""
    if value is not None and value < least:
        raise DrillError(f"{name} {value:g}: Input should be greater than or equal to {least:g}")
    if value is not None and value > most:
        raise DrillError(f"{name} {value:g}: Input should be less than or equal to {most:.15g}")


def checked_way(mode: str | None) -> str | None:
    """A way of monitoring that is asked for.

    Raises:
        DrillError: there is none of this name; the nearest is offered.
    """
    known = known_modes()
    if mode is None or mode in known:
        return mode
    raise DrillError(f"--monitoring: unknown way {quote(mode)}{suggest(mode, sorted(known))}")


def one_run(request: Request) -> Request:
    """The request itself, where it is for one run.

    Raises:
        DrillError: its drill is several: it has variants, or a search.
    """
    drill = request.drill
    if drill.search is not None:
        raise DrillError(f"drill {drill.name} is a search, many runs: lab.campaign.find_tipping makes them")
    if drill.variants:
        names = ", ".join(one.name for one in drill.variants)
        raise DrillError(
            f"drill {drill.name} has variants: run one of {names}; lab.campaign.run_often runs them all"
        )
    return request
