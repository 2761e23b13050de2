"""Where the services of an embedded run are: names -> processes and addresses. Pure look-ups."""

from dataclasses import dataclass, field
from pathlib import Path

from chaos.mark import run_mark
from chaos.process.spawn import read_record
from chaos.target_resolver import Process
from lab.runtime.embedded.device import is_device
from lab.runtime.embedded.plan import StartPlan
from lab.topology import known_names, spec_of, why_no_process


@dataclass(slots=True)
class LocalPlaces:
    """Satisfies :class:`chaos.target_resolver.TargetResolver`.

    ``caps`` is for who calibrates: the share of one core that a device got. ``mark`` is what all processes carry.
    """

    run: str
    folder: Path
    mark: str = field(init=False)
    token_file: Path = field(init=False)
    caps: dict[str, float] = field(default_factory=dict, init=False)
    _plans: dict[str, StartPlan] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.mark = run_mark(self.run, self.folder)
        self.token_file = self.folder / "token"

    def cpu_cap(self, service: str) -> float | None:
        """The share of one core that calibration set; None: none."""
        return self.caps.get(service)

    def handle(self, service: str) -> Process:
        """The process of a service as it is now: a restart writes a new record.

        Raises:
            KeyError: no such service, it was never started, or it is a role of a process that plays others, too.
        """
        plan = self._known(service)
        if service != plan.service.name:
            raise KeyError(why_no_process(service, plan.service))
        record = read_record(self._record_file(service))
        if record is None:
            raise KeyError(f"service {service} was never started")
        return Process(
            service=service,
            pid=record.pid,
            started_ticks=record.started_ticks,
            spec=self.folder / "specs" / f"{service}.json",
            record=self._record_file(service),
            governor=self._governor(service) if is_device(plan) else None,
        )

    def address(self, service: str, port: str) -> str:
        """``host:port`` of a service's or a role's port ``control``, ``api`` or ``data``.

        Raises:
            KeyError: no such service, role or port; the message has the valid ones.
        """
        plan = self._known(service)
        known = plan.addresses_of(service)
        if port not in known:
            raise KeyError(
                f"service {service} has no port `{port}`; it has {', '.join(known or plan.addresses) or 'none'}"
            )
        return known[port]

    def _known(self, name: str) -> StartPlan:
        """The plan of a service, or of that whose process plays a role."""
        if name in self._plans:
            return self._plans[name]
        services = {service: plan.service for service, plan in self._plans.items()}
        found = spec_of(name, services)
        if found is None:
            known = ", ".join(known_names(services)) or "none: the lab is not up"
            raise KeyError(f"no service `{name}`; there are {known}")
        return self._plans[found.name]

    def _record_file(self, service: str) -> Path:
        return self.folder / "processes" / f"{service}.json"

    def _governor(self, service: str) -> Path:
        return self.folder / "governor" / service
