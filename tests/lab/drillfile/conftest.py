"""A small world for drill files: its own faults and policies, so that nothing here depends on chaos."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from lab.drillfile import Drill
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.registries import Known
from lab.session import known_services

EXAMPLES = int(os.environ.get("LAB_EXAMPLES", "300"))
DRILLS = Path(__file__).parents[3] / "drills"
SERVICES = {
    name: role
    for name, role in known_services().items()
    if name in {"edge", "storefront", "canary", "router", "auth", "load", "bridge"}
}
MODES = frozenset({"same-listener", "agent", "slow-scrape"})


class Slow(BaseModel):
    """A fault with most kinds of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str] = "fault"
    name: str = ""
    target: str = Field(min_length=1)
    stream: Literal["upstream", "downstream"] = "downstream"
    latency_ms: int = Field(gt=0)
    jitter_ms: float = 0.0
    after_s: float = 0.0
    rate_kbps: float = 1.0
    share: float = Field(default=1.0, gt=0)
    often: bool = False
    toxicity: float = 1.0


class More(BaseModel):
    """A change of the load."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str] = "load"
    target: str = "load"
    factor: float = Field(gt=0, le=20)


class Switch(BaseModel):
    """A mitigation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str] = "mitigation"
    target: str
    policy: str


def check_policy(document: object) -> str:
    """Refuse all but three policies; a list of names is one too."""
    text = " + ".join(map(str, document)) if isinstance(document, list) else str(document)
    if text not in {"none", "immediate(retries=3)", "budget + breaker"}:
        raise ValueError(f"unknown policy {text!r}")
    return text


@pytest.fixture(scope="session")
def world() -> Known:
    """What a drill may name here."""
    return Known({"latency": Slow, "surge": More}, {"policy": Switch}, check_policy, SERVICES, MODES)


@pytest.fixture(scope="session")
def source() -> str:
    """The text of drills/retry-storm.yaml, without the line that is for editors."""
    return (DRILLS / "retry-storm.yaml").read_text().partition("\n")[2]


@pytest.fixture(scope="session")
def parse(world: Known) -> Callable[[str], Drill]:
    """Read a drill's text in this world."""
    return lambda text: parse_drill(text.encode(), "drills/x.yaml", world)


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> None:
    """Tells the soak's record how many examples there were."""
    record_property("examples", EXAMPLES)
