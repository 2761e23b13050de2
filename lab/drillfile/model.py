"""What a drill is, typed and frozen: the result of reading a drill file, and what ``run.opened`` carries."""

from typing import Any, Literal

from lab.drillfile.condition import Condition, Frozen

VERSION = 1
PHASES = ("baseline", "trigger", "aftermath", "mitigation", "recovery")

LAB = "lab"
"""The client library that is none: the lab's own client."""
DEFAULT = "default"
"""A client library's own timeouts."""

Setting = bool | int | float | str
StepKind = Literal["fault", "mitigation", "load"]


class Load(Frozen):
    """What the clients ask for, in an open loop; given up after ``give_up_s``, good within ``slo_s``."""

    target: str
    rate_rps: float
    arrivals: Literal["poisson"] = "poisson"
    give_up_s: float = 5.0
    slo_s: float = 2.0


class Bridge(Frozen):
    """Capacity as a multiple of the offered rate; the listen queue in seconds of work at that capacity."""

    headroom: float
    queue_s: float = 3.4


class SteadyState(Frozen):
    """What must hold in the baseline before anything is hurt."""

    title: str
    probes: tuple[Condition, ...]


class Phase(Frozen):
    """A phase and how long it should last."""

    name: str
    planned_s: float


class Step(Frozen):
    """A change of the world: ``during`` a phase (undone at its end) or ``from`` it on (kept until rollback).

    ``what`` is a name in the registry of faults or mitigations, ``params`` its fields without the target.
    """

    name: str
    when: Literal["during", "from"]
    phase: str
    kind: StepKind
    what: str
    target: str
    params: dict[str, Any]


class Expectation(Frozen):
    """What the drill claims about the system."""

    name: str
    condition: Condition


class Drill(Frozen):
    """A whole drill. ``name`` is the file's stem, ``text`` the file as read.

    ``monitoring`` is how the shared plane sees main (a folder of compose/monitoring); None: no plane watches.
    """

    version: Literal[1] = 1
    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    seed: int
    load: Load
    bridge: Bridge
    monitoring: str | None = None
    configuration: dict[str, dict[str, Setting]]
    steady_state: SteadyState | None
    phases: tuple[Phase, ...]
    method: tuple[Step, ...]
    expect: tuple[Expectation, ...]
    abort_if: tuple[Condition, ...]
    blast_radius: tuple[str, ...]
    rollbacks: tuple[Step, ...]
    text: str

    def resolved(self) -> dict[str, Any]:
        """The drill as plain JSON types, for journal and ``drill.yaml``; ``model_validate`` reads it back."""
        return self.model_dump(mode="json")

    def with_overrides(
        self, *, seed: int | None = None, rate_rps: float | None = None, monitoring: str | None = None
    ) -> "Drill":
        """The same drill with another seed, rate or way of monitoring, as the command line asks for."""
        load = self.load if rate_rps is None else self.load.model_copy(update={"rate_rps": rate_rps})
        seed, monitoring = self.seed if seed is None else seed, monitoring or self.monitoring
        return self.model_copy(update={"load": load, "seed": seed, "monitoring": monitoring})

    def steps(self, phase: str, when: Literal["during", "from"] | None = None) -> tuple[Step, ...]:
        """The steps that begin with a phase, in the order of the file."""
        return tuple(step for step in self.method if step.phase == phase and when in {None, step.when})

    @property
    def planned_s(self) -> float:
        """How long all phases should last together, without the tail."""
        return sum(phase.planned_s for phase in self.phases)
