"""The settings of a service that calls others."""

from dataclasses import dataclass
from typing import Any

from services.kit.env import Environment
from services.kit.live_settings import DataSettings, SettingsError
from services.kit.rules import choice, number, text, whole
from services.policies import names, validate

BRIDGE = "bridge"
RESERVE = "bridge-reserve"
RESERVE_VARIABLE = "BRIDGE_RESERVE"
_DEVICES = f"{BRIDGE} or {RESERVE}"


def _check_device(device: str) -> None:
    if device not in {BRIDGE, RESERVE}:
        raise ValueError("unknown")


def policy_setting() -> Any:  # noqa: ANN401  a dataclass field
    """A retry policy as text; none where nothing is said."""
    return text(
        "none", f"{', '.join(names())}, joined by +, e.g. budget(ratio=10%) + breaker", validate, "policy"
    )


@dataclass(frozen=True)
class ClientSettings(DataSettings):
    """Which policy, how long an attempt may take in all (seconds), and over which connections and device.

    `pool_limit` is how many connections there may be at once (0: as many as needed); whoever finds none free waits.
    """

    policy: str = policy_setting()
    timeout_s: float = number(1.0, least=0.001, most=3600)
    connections: str = choice("new", "pooled")
    pool_limit: int = whole(0, least=0, most=100_000)
    device: str = text(BRIDGE, _DEVICES, _check_device, "device")

    def fits(self, environment: Environment) -> None:
        """Refuse the reserve device where the environment has none."""
        if self.device == RESERVE and not environment.get(RESERVE_VARIABLE):
            missing = f"{RESERVE_VARIABLE} is not set: this service knows no reserve device"
            why = f"device={RESERVE!r}: {missing}; valid: {_DEVICES}"
            raise SettingsError(why, "device", RESERVE, _DEVICES)
        super().fits(environment)


@dataclass(frozen=True)
class UpstreamSettings(DataSettings):
    """Of a service that passes requests on: which policy, how long an attempt may take (seconds)."""

    policy: str = policy_setting()
    timeout_s: float = number(6.0, least=0.001, most=3600)  # more than the load waits

    @property
    def client(self) -> ClientSettings:
        """Those of its client: pooled connections, over no bridge."""
        return ClientSettings(policy=self.policy, timeout_s=self.timeout_s, connections="pooled")
