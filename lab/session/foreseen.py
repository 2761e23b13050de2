"""What a drill claims and its run will not be able to judge, known before anything is started."""

from collections.abc import Iterator

from chaos.faults.fault import BaseFault
from lab.analysis.metrics.stuck import LEAST_JUDGED_S, direct_effects_s
from lab.drillfile import Drill, known
from lab.session.request import known_services

OF_THE_AFTERMATH = frozenset({"stuck", "time_to_recover", "holds"})
"""Metrics that take the device's queue for what a storm lives on."""


def foreseen(drill: Drill) -> list[str]:
    """A sentence for each, with what to change; of a drill with variants, for each variant."""
    return [f"{one.name}: {said}" for one in drill.runs for said in (*_emptied(one), *_too_short(one))]


def _claimed(drill: Drill) -> list[str]:
    return [one.name for one in drill.expect if one.condition.metric in OF_THE_AFTERMATH]


def _emptied(drill: Drill) -> Iterator[str]:
    """A trigger whose end empties the device's queue proves nothing about a storm that outlives it."""
    triggers = {phase.name for phase in drill.phases if phase.role == "trigger"}
    claims, device = _claimed(drill), known_services().device
    for step in drill.method if claims else ():
        model = known().steps(step.kind).get(step.what)
        if step.target == device and step.phase in triggers and _ends_with_new_listener(model):
            yield (
                f"{', '.join(claims)} can't be judged: the end of {step.name} ({step.what} on {step.target}) empties "
                "the queue in which a storm lives on. Use a fault that leaves the listener alone: latency, capacity"
            )


def _ends_with_new_listener(model: type | None) -> bool:
    return model is not None and issubclass(model, BaseFault) and model.ends_with_new_listener()


def _too_short(drill: Drill) -> Iterator[str]:
    """An aftermath in which the trigger's direct effects leave too little to judge."""
    claims = [one.name for one in drill.expect if one.condition.metric == "stuck"]
    left_s = drill.after_trigger_s
    if not claims or left_s is None:
        return
    effects_s = direct_effects_s(drill)
    judged_s = left_s - effects_s
    if judged_s < LEAST_JUDGED_S:
        yield (
            f"{', '.join(claims)} will not be judged: the trigger's direct effects (a queue of "
            f"{drill.bridge.queue_s:g} s and one timeout) take {effects_s:g} s of the {left_s:g} s after it, and "
            f"{LEAST_JUDGED_S:g} s must be left. "
            f"Make that time at least {effects_s + LEAST_JUDGED_S + 0.5:g} s, or the queue shorter"
        )
