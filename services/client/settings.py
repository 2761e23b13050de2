"""The settings of a service that calls others over the bridge."""

from dataclasses import dataclass

from services.kit.rules import choice, number, text
from services.kit.settings import DataSettings
from services.policies import names, validate


@dataclass(frozen=True)
class ClientSettings(DataSettings):
    """Which policy, how long an attempt may take in all (seconds), and a new connection each or a pool."""

    policy: str = text(
        "none", f"{', '.join(names())}, joined by +, e.g. budget(ratio=10%) + breaker", validate
    )
    timeout_s: float = number(1.0, least=0.001, most=3600)
    connections: str = choice("new", "pooled")
