"""The closed subset of the Compose specification that the lab interprets."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr

from lab.topology.roles import RoleKind, When

MOST_PROCESSES = 16
NAME = r"^[a-z0-9][a-z0-9_-]*$"
Text = StrictStr
Words = list[Text]
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _duration_s(value: object) -> float:
    """Compose's ``1m30s`` in seconds."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", value) if isinstance(value, str) else []
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise ValueError("is no duration: write it like 500ms, 2s or 1m30s")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _port(value: object) -> int:
    if not re.fullmatch(r"\d{1,5}", str(value)) or not 0 < int(str(value)) < 65536:  # noqa: PLR2004 - 16 bits
        raise ValueError('is no port: write a number like "8080", without range or protocol')
    return int(str(value))


def _published(value: object) -> int:
    """The container's port; the lab publishes on an ephemeral port of 127.0.0.1 only."""
    if not isinstance(value, str) or not value.startswith("127.0.0.1::"):
        raise ValueError('publishes elsewhere than on a free port of loopback: write "127.0.0.1::9000"')
    return _port(value.removeprefix("127.0.0.1::"))


def _environment_value(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('is neither text nor an integer: quote it, like "true"')  # noqa: TRY004 - pydantic catches ValueError
    return str(value)


def _http_get(value: list[str]) -> list[str]:
    if len(value) < 3 or value[0] != "CMD" or value[1] not in {"curl", "wget"}:  # noqa: PLR2004 - CMD TOOL URL
        raise ValueError("is no GET of a URL: write [CMD, curl, --fail, ..., URL]")
    if not re.match(r"http://[^/]+:\d+/", value[-1]):
        raise ValueError("ends with no URL like http://127.0.0.1:9000/health")
    return value


def _aliases(value: object) -> object:
    """Both spellings of a service's networks, ``[main]`` and ``{main: {aliases: [...]}}``, as the second."""
    if isinstance(value, list):
        return {name: {} for name in value}
    return {name: given or {} for name, given in value.items()} if isinstance(value, dict) else value


def _empty(value: object) -> object:
    return {} if value is None else value


Duration = Annotated[float, BeforeValidator(_duration_s)]
Port = Annotated[int, BeforeValidator(_port)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HealthcheckModel(_Strict):
    """A check that GETs a URL; the engine runs it inside, embedded from outside."""

    test: Annotated[Words, AfterValidator(_http_get)]
    interval: Duration = 30.0
    timeout: Duration = 30.0
    start_period: Duration = 0.0
    start_interval: Duration = 5.0
    retries: StrictInt = 3


class DependencyModel(_Strict):
    """What has to be true of another service first."""

    condition: Literal["service_healthy", "service_started"]


class AttachmentModel(_Strict):
    """How a service is attached to a network."""

    aliases: Words = []


class RoleModel(_Strict):
    """What a role says of itself under ``x-lab``."""

    kind: RoleKind
    settings: Text = ""
    calls: Words = []
    watched: bool = False
    when: When | None = None
    plane: Text | None = None


def _whole(value: object) -> object:
    """A whole number, also as the text that a variable was put into."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


Processes = Annotated[StrictInt, BeforeValidator(_whole), Field(ge=1, le=MOST_PROCESSES)]


class SharingModel(RoleModel):
    """A role that shares its process: at ports of its own there."""

    data: Port
    control: Port


class LabModel(RoleModel):
    """``x-lab`` of a service: its one role, or ``roles`` that share its process (then ``kind`` is theirs to say)."""

    kind: RoleKind = "server"
    processes: Processes | None = None
    roles: dict[Annotated[str, Field(pattern=NAME)], SharingModel] = {}


class ServiceModel(_Strict):
    """A service without its container-only keys."""

    lab: LabModel | None = Field(default=None, alias="x-lab")

    entrypoint: Words = []
    command: Words = []
    environment: dict[str, Annotated[str, BeforeValidator(_environment_value)]] = {}
    networks: Annotated[dict[str, AttachmentModel], BeforeValidator(_aliases)] = {}
    expose: list[Port] = []
    ports: list[Annotated[int, BeforeValidator(_published)]] = []
    volumes: list[Annotated[Text, Field(pattern=r"^[^:]+:/[^:]*(:ro|:rw)?$")]] = []
    secrets: Words = []
    healthcheck: HealthcheckModel | None = None
    depends_on: dict[str, DependencyModel] = {}
    sysctls: dict[str, Annotated[str, BeforeValidator(_environment_value)]] = {}
    profiles: Words = []


class SecretModel(_Strict):
    """A secret out of a file."""

    file: Text


class NetworkModel(_Strict):
    """A network: its addresses and labels are the engine's business."""

    internal: bool = False
    labels: dict[str, Any] = {}
    ipam: dict[str, Any] = {}
    driver: Text = "bridge"
    driver_opts: dict[str, Any] = {}


class ComposeModel(_Strict):
    """A whole file (``x-...`` keys taken out before)."""

    name: Text
    services: dict[Annotated[str, Field(pattern=NAME)], ServiceModel]
    networks: dict[str, Annotated[NetworkModel, BeforeValidator(_empty)]] = {}
    volumes: dict[str, Annotated[dict[str, Any], BeforeValidator(_empty)]] = {}
    secrets: dict[str, SecretModel] = {}
