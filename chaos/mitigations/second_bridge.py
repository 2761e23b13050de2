"""A second bridge: the clients are split between two devices."""

from typing import ClassVar

from chaos.mitigations.reserve import OnReserve


class SecondBridge(OnReserve):
    """Route the client ``target`` over the reserve device; all others stay on the bridge."""

    fault: ClassVar[str] = "second-bridge"
