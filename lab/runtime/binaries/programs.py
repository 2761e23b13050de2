"""The programs: what each is called where, which versions will do, and what to do where there is none."""

from dataclasses import dataclass

from dotenv import dotenv_values

from lab import resources
from lab.runtime.base import SetupError
from lab.runtime.binaries.source import Wanted


@dataclass(frozen=True, slots=True)
class Program:
    """One program.

    Args:
        name: its name here, and in its answer to ``--version``.
        commands: what it may be called on PATH.
        pin: the line of compose/.env that has its version.
        below_major: the first major version that won't do any more.
        override: the environment variable by which a user names one.
        remedy: what to do where there is none.
    """

    name: str
    commands: tuple[str, ...]
    pin: str
    below_major: int
    override: str
    remedy: str

    def wanted(self) -> Wanted:
        """The program, with its version pinned in compose/.env, which the images are made from as well.

        Raises:
            SetupError: none is pinned there.
        """
        pins = resources.compose() / ".env"
        version = dotenv_values(pins).get(self.pin)
        if not version:
            raise SetupError(f"{pins} has no {self.pin}. Restore it from git, or install the lab again")
        return Wanted(self.name, version, self.below_major, self.remedy)


def _monitor_remedy(command: str, override: str, source: str) -> str:
    return (
        f"Only drills that monitor need it. {source}, or put {command} on PATH, or name one by "
        f"{override}=/path/to/{command}"
    )


FROM_DEBIAN = "Connect to the internet once (where apt-get has a package prometheus, the lab unpacks that)"
FROM_MODULE = "Connect to the internet once (the lab builds it from its Go module)"

TOXIPROXY = Program(
    name="toxiproxy",
    commands=("toxiproxy-server",),
    pin="TOXIPROXY_VERSION",
    below_major=3,
    override="LAB_TOXIPROXY",
    remedy="Connect to the internet once and try again, or put toxiproxy-server on PATH, or name one by "
    "LAB_TOXIPROXY=/path/to/toxiproxy-server, or take --runtime compose",
)
PROMETHEUS = Program(
    name="prometheus",
    commands=("prometheus",),
    pin="PROMETHEUS_VERSION",
    below_major=4,
    override="LAB_PROMETHEUS",
    remedy=_monitor_remedy("prometheus", "LAB_PROMETHEUS", FROM_DEBIAN),
)
PROMTOOL = Program(
    name="promtool",
    commands=("promtool",),
    pin="PROMETHEUS_VERSION",
    below_major=4,
    override="LAB_PROMTOOL",
    remedy=_monitor_remedy("promtool", "LAB_PROMTOOL", FROM_DEBIAN),
)
ALERTMANAGER = Program(
    name="alertmanager",
    commands=("alertmanager", "prometheus-alertmanager"),
    pin="ALERTMANAGER_VERSION",
    below_major=1,
    override="LAB_ALERTMANAGER",
    remedy=_monitor_remedy("alertmanager", "LAB_ALERTMANAGER", FROM_MODULE),
)
AMTOOL = Program(
    name="amtool",
    commands=("amtool",),
    pin="ALERTMANAGER_VERSION",
    below_major=1,
    override="LAB_AMTOOL",
    remedy=_monitor_remedy("amtool", "LAB_AMTOOL", FROM_MODULE),
)
