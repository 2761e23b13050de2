"""Nobody listens any more."""

from typing import ClassVar

from chaos.actions import Action, ProxyEnabled
from chaos.faults.fault import BaseFault
from chaos.place import Place


class Down(BaseFault):
    """Close the listener and every connection through it. Its end makes a new one with an empty queue."""

    fault: ClassVar[str] = "down"
    moves: ClassVar[tuple[str, ...]] = ("canary_refused", "canary_resets")

    listener: str = ""

    def actions(self, place: Place) -> tuple[Action, ...]:
        """Disable the proxy."""
        api = place.address(self.target, "api")
        return (ProxyEnabled(api=api, proxy=self.listener or self.target, enabled=False),)
