"""What a drill is, typed and frozen: the result of reading a drill file, and what ``run.opened`` carries."""

from typing import Any, Literal

from pydantic import Field

from lab.drillfile.condition import Condition
from lab.drillfile.frozen import Frozen
from lab.drillfile.load_model import Load
from lab.drillfile.phase import Phase, PhaseRole

VERSION = 1
MOST_SEED = 2**31 - 1

LAB = "lab"
"""The client library that is none: the lab's own client."""
DEFAULT = "default"
"""A client library's own timeouts."""

Setting = bool | int | float | str
StepKind = Literal["fault", "mitigation", "load", "automation"]

AGAIN = "-again"
"""What a trigger's step is called by when a retrigger applies it: ``slow-bridge-again``."""


class Bridge(Frozen):
    """Capacity as a multiple of the offered rate; the listen queue in seconds of work at that capacity."""

    headroom: float
    queue_s: float = 3.4


class SteadyState(Frozen):
    """What must hold in the baseline before anything is hurt."""

    title: str
    probes: tuple[Condition, ...]


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


class Search(Frozen):
    """What a drill varies to find where the lab tips: the trigger's length in s, or the rate in requests/s.

    ``seeds`` runs are made at each value; gaps that are not wider than ``resolution`` are not looked into.
    """

    vary: Literal["trigger", "rate"]
    low: float
    high: float
    resolution: float
    seeds: int


class Drill(Frozen):
    """A whole drill. ``name`` is the file's stem, ``text`` the file as read.

    ``monitoring`` is how the shared plane sees main (a folder of compose/monitoring); None: no plane watches.
    ``reserve``: there is a second device like the bridge, idle until something is routed to it.

    ``variants`` are whole drills that are compared on the same lab, each named ``<drill>.<variant>``: what the file
    says at its top, with what the variant replaces. The sections of a drill with variants are its first variant's.

    ``processes``: by service, how many play it together, where the drill says so; a lab has them from its start.

    ``notes`` are remarks on the file, a line each: an old word that was read, and the new one. The journal has none.
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
    reserve: bool = False
    configuration: dict[str, dict[str, Setting]]
    processes: dict[str, int] = Field(default_factory=dict)
    steady_state: SteadyState | None
    phases: tuple[Phase, ...]
    method: tuple[Step, ...]
    expect: tuple[Expectation, ...]
    abort_if: tuple[Condition, ...]
    blast_radius: tuple[str, ...]
    rollbacks: tuple[Step, ...]
    search: Search | None = None
    variants: tuple["Drill", ...] = ()
    text: str
    notes: tuple[str, ...] = Field(default=(), exclude=True)

    def resolved(self) -> dict[str, Any]:
        """The drill as plain JSON types, for journal and ``drill.yaml``; ``model_validate`` reads it back."""
        return self.model_dump(mode="json")

    def with_overrides(
        self, *, seed: int | None = None, rate_rps: float | None = None, monitoring: str | None = None
    ) -> "Drill":
        """The same drill with another seed, rate or way of monitoring, as the command line asks for."""
        load = self.load if rate_rps is None else self.load.at_rate(rate_rps)
        variants = tuple(
            one.with_overrides(seed=seed, rate_rps=rate_rps, monitoring=monitoring) for one in self.variants
        )
        seed, monitoring = self.seed if seed is None else seed, monitoring or self.monitoring
        changes = {"load": load, "seed": seed, "monitoring": monitoring, "variants": variants}
        return self.model_copy(update=changes)

    @property
    def runs(self) -> tuple["Drill", ...]:
        """What is run: each variant, or the drill itself where it has none."""
        return self.variants or (self,)

    def at(self, value: float) -> "Drill":
        """The same drill with what it varies at a value: one run of its search."""
        if self.search is None:
            raise ValueError(f"drill {self.name} varies nothing: it has no `search`")
        if self.search.vary == "rate":
            return self.model_copy(update={"load": self.load.at_rate(value)})
        phases = (
            p.model_copy(update={"planned_s": value}) if p.role == "trigger" else p for p in self.phases
        )
        return self.model_copy(update={"phases": tuple(phases)})

    def phases_of(self, role: PhaseRole) -> tuple[Phase, ...]:
        """The phases with a role, in the order of the file."""
        return tuple(phase for phase in self.phases if phase.role == role)

    @property
    def recovery_bound_s(self) -> float | None:
        """How fast the drill expects service to be back, the longest where it says so twice; None: it doesn't."""
        asked = (e.condition for e in self.expect if e.condition.metric == "time_to_recover")
        return max((c.value for c in asked if c.op in {"<", "<="}), default=None)

    @property
    def holds(self) -> Condition | None:
        """What the drill expects of its fix when the trigger comes again; None: nothing."""
        asked = (e.condition for e in self.expect if e.condition.metric == "holds")
        return next(asked, None)

    @property
    def trigger(self) -> tuple[Step, ...]:
        """The steps that a retrigger applies once more: what hurts in the phases with the role trigger."""
        phases = {phase.name for phase in self.phases_of("trigger")}
        return tuple(step for step in self.method if step.phase in phases and step.kind != "mitigation")

    @property
    def after_trigger_s(self) -> float | None:
        """From the last trigger's planned end to the next mitigation's, or to the end; None: there is no trigger."""
        roles = [phase.role for phase in self.phases]
        if "trigger" not in roles:
            return None
        after = self.phases[len(roles) - roles[::-1].index("trigger") :]
        until = next((number for number, phase in enumerate(after) if phase.role == "mitigation"), len(after))
        return sum(phase.planned_s for phase in after[:until])

    @property
    def applied(self) -> tuple[Step, ...]:
        """Every step that a whole run applies: the method's, and in each retrigger the trigger's under a new name."""
        again = [
            step.model_copy(
                update={"name": f"{step.name}{AGAIN * number}", "phase": phase.name, "when": "during"}
            )
            for number, phase in enumerate(self.phases_of("retrigger"), start=1)
            for step in self.trigger
        ]
        return (*self.method, *again)

    def steps(self, phase: str, when: Literal["during", "from"] | None = None) -> tuple[Step, ...]:
        """The steps that begin with a phase, in the order of the file; those of a retrigger before its own."""
        found = [step for step in self.applied if step.phase == phase and when in {None, step.when}]
        return tuple(sorted(found, key=lambda step: step in self.method))

    @property
    def planned_s(self) -> float:
        """How long all phases should last together, without the tail; those of all variants where it has some."""
        return sum(phase.planned_s for run in self.runs for phase in run.phases)
