"""ServiceSpec -> what to start: program, addresses instead of names, mounted files rendered."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chaos.mark import VARIABLE
from chaos.process.own_python import import_path
from chaos.process.spawn import ProcessSpec
from lab import resources
from lab.runtime import agent_flag
from lab.runtime.base import SetupError
from lab.runtime.embedded.rewrite import Rewriter
from lab.topology import Health, Mount, ServiceSpec

Programs = Mapping[str, Callable[[], Path]]
"""First word of a command, as the image has it -> how to find that program on this machine."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """One service, ready to be started on ``host``."""

    service: ServiceSpec
    host: str
    spec: ProcessSpec
    health: Health | None

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port on which it will listen."""
        return tuple(dict.fromkeys(self.service.expose + self.service.ports))

    @property
    def addresses(self) -> dict[str, str]:
        """Port name -> host:port, of all its roles."""
        return self._at(self.service.every_port)

    def addresses_of(self, role: str) -> dict[str, str]:
        """Port name -> host:port of one of its roles."""
        return self._at(self.service.ports_of(role))

    def _at(self, ports: Mapping[str, int]) -> dict[str, str]:
        return {name: f"{self.host}:{port}" for name, port in ports.items()}


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans every service of one run.

    Args:
        mark: the run's mark, by which its processes are found again.
        folder: the run folder.
        hosts: every name and alias of the topology -> its address.
        programs: how to find the programs.
    """

    mark: str
    folder: Path
    hosts: Mapping[str, str]
    programs: Programs

    def plan(self, service: ServiceSpec) -> StartPlan:
        """Decide everything about one service and render its files.

        Raises:
            SetupError: its program can't be found, or a file that it mounts is missing.
        """
        own = self.hosts[service.name]
        plain = Rewriter(self.hosts, own, {})
        mounts = {mount.target: self._mounted(service, mount, plain) for mount in service.mounts}
        rewriter = Rewriter(self.hosts, own, {**service.secrets, **mounts})
        program = self._program(service)
        words = [rewriter.value(_own_file(word)) for word in service.argv[1:]]
        spec = ProcessSpec(
            argv=(str(program), *agent_flag.fitting(words, program)),
            env=self._environment(service, rewriter),
            cwd=self.folder,
            log=self.folder / "logs" / f"{service.name}.log",
        )
        return StartPlan(service, own, spec, _rewritten(service.health, rewriter))

    def _program(self, service: ServiceSpec) -> Path:
        word = service.argv[0]
        if word in self.programs:
            return self.programs[word]()
        known = ", ".join(self.programs)
        remedy = "Use one of them, add it to PROGRAMS in lab/runtime/embedded/runtime.py, or take --runtime compose"
        raise SetupError(
            f"service {service.name}: embedded has no program `{word}` (it has {known}). {remedy}"
        )

    def _environment(self, service: ServiceSpec, rewriter: Rewriter) -> dict[str, str]:
        """Minimal and explicit: nothing of the user's own environment may change what is measured."""
        return {
            "PATH": os.defpath,
            "HOME": str(self.folder / "files"),
            "LANG": "C.UTF-8",
            **import_path(),
            "PYTHONUNBUFFERED": "1",
            VARIABLE: self.mark,
            **{name: rewriter.value(value) for name, value in service.environment.items()},
        }

    def _mounted(self, service: ServiceSpec, mount: Mount, rewriter: Rewriter) -> Path:
        if mount.source is None:
            volume = self.folder / "volumes" / str(mount.volume)
            volume.mkdir(parents=True, exist_ok=True)
            return volume
        if not mount.source.exists():
            raise SetupError(
                f"service {service.name} mounts {mount.source}, which is missing. Restore it from git"
            )
        if not mount.read_only:
            cause = f"service {service.name} mounts {mount.source} writable"
            raise SetupError(f"{cause}: embedded renders a copy. Add `:ro`, or use a named volume")
        target = self.folder / "files" / service.name / mount.target.lstrip("/")
        _render(mount.source, target, rewriter)
        return target


def _own_file(word: str) -> str:
    """A file of the lab's packages, which the image has in its working directory, by where it is here."""
    own = resources.packages() / word
    return str(own) if word.endswith(".py") and own.is_file() else word


def _rewritten(health: Health | None, rewriter: Rewriter) -> Health | None:
    if health is None:
        return None
    return Health(rewriter.text(health.url), health.timeout_s, health.deadline_s)


def _render(source: Path, target: Path, rewriter: Rewriter) -> None:
    """Copy a file or folder; in text files names become addresses."""
    if source.is_dir():
        for item in source.iterdir():
            _render(item, target / item.name, rewriter)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    try:
        target.write_text(rewriter.text(content.decode()), encoding="utf-8")
    except UnicodeDecodeError:
        target.write_bytes(content)


def python() -> Path:
    """The interpreter that runs the lab: its environment has what the services need."""
    return Path(sys.executable)


def locust() -> Path:
    """Locust's command, beside the interpreter that runs the lab.

    Raises:
        SetupError: it isn't there.
    """
    found = shutil.which("locust", path=str(Path(sys.executable).parent))
    if not found:
        raise SetupError(f"no locust beside {sys.executable}: install the lab again, with what it depends on")
    return Path(found)
