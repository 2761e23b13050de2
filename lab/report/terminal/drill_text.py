"""A drill as text: what it asks of the system, what is done to it phase by phase, what it expects and may affect."""

from collections.abc import Iterator

from rich.text import Text

from lab.drillfile.load_model import Customer, Load
from lab.drillfile.model import Drill, Step
from lab.report import headline_figures as figures
from lab.report.words import clean, effect

_NAME = 14
"""Width of the first column."""


def drill_text(drill: Drill) -> Text:
    """All of it; a stranger's titles and names can't drive the terminal."""
    text = Text.assemble((clean(drill.name), "bold"), f": {clean(drill.title)}\n")
    text.append(f"{clean(drill.description)}\n" if drill.description.strip() else "")
    for one in drill.runs:
        heading = f"\n{clean(one.name)}: {clean(one.title)}\n" if drill.variants else "\n"
        text.append(heading, "bold" if drill.variants else "")
        text.append("".join(f"{line}\n" for line in _run(one)))
    return text


def _run(drill: Drill) -> Iterator[str]:
    yield from _setup(drill)
    for phase in drill.phases:
        role = "" if phase.role in {None, phase.name} else f" ({phase.role})"
        clock = f" {clean(phase.clock)}" if phase.clock else ""
        steps = "; ".join(_step(step) for step in drill.steps(phase.name))
        yield _line(clean(phase.name), f"{figures.seconds(phase.planned_s)}{clock}{role}  {steps}".rstrip())
    for step in drill.rollbacks:
        yield _line("at the end", _step(step))
    if drill.search is not None:
        found = drill.search
        yield _line(
            "searches", f"{found.vary} from {found.low:g} to {found.high:g}, {found.seeds} seeds at each"
        )
    for condition in drill.abort_if:
        yield _line("aborts if", clean(str(condition)))
    radius = ", ".join(map(clean, drill.blast_radius)) or "not limited: an error of any service is no failure"
    yield _line("blast radius", radius)
    for expectation in drill.expect:
        yield _line("expects", f"{clean(expectation.name)}: {clean(str(expectation.condition))}")


def _setup(drill: Drill) -> Iterator[str]:
    load, bridge = drill.load, drill.bridge
    if not load.customers:
        told = f"{figures.rate(load.rate_rps)} to {clean(load.target)}, {_limits(load)}, seed {drill.seed}"
        yield _line("load", told)
    for customer in load.customers:
        steps = f", {len(customer.steps)} steps" if len(customer.steps) > 1 else f" {customer.steps[0].path}"
        rate = figures.rate(customer.rate_rps)
        told = f"{rate} to {customer.target}{steps}, {_limits(customer)}, seed {drill.seed}"
        yield _line(f"load: {clean(customer.name)}", clean(told))
    queue = round(bridge.headroom * load.requests_rps * bridge.queue_s)
    yield _line(
        "bridge",
        f"headroom {bridge.headroom:g}, queue {bridge.queue_s:g} s of work ({queue:,} connections)"
        + (", a reserve bridge beside it" if drill.reserve else ""),
    )
    if drill.monitoring is not None:
        yield _line("monitoring", clean(drill.monitoring))
    for service, settings in drill.configuration.items():
        several = {"processes": drill.processes[service]} if service in drill.processes else {}
        said = (f"{key} {value}" for key, value in {**several, **settings}.items())
        yield _line(clean(service), clean(", ".join(said)))
    if drill.steady_state is not None:
        probes = "; ".join(clean(str(probe)) for probe in drill.steady_state.probes)
        yield _line("steady state", f"{clean(drill.steady_state.title)}: {probes}")


def _limits(load: Load | Customer) -> str:
    return f"good within {load.slo_s:g} s, given up after {load.give_up_s:g} s"


def _step(step: Step) -> str:
    kept = " (kept)" if step.when == "from" and step.phase else ""
    return clean(f"{step.name}: {effect(step.what, step.params, step.target)}{kept}")


def _line(name: str, text: str) -> str:
    return f"  {name:<{_NAME}} {text}"
