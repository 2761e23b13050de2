"""What a lab asks of its load: the arrivals of a drill, and their end."""

from collections.abc import Callable

from lab.drillfile import Drill
from lab.probes.control import ControlClient


class LoadOrders:
    """``address``: of the load's control port, asked for anew each time."""

    def __init__(self, control: ControlClient, address: Callable[[], str]) -> None:
        self._control = control
        self._address = address

    async def start(self, drill: Drill) -> None:
        """Start the arrivals that a drill asks for.

        Raises:
            ControlError: the load did not answer.
        """
        load = drill.load
        await self._control.change(
            self._address(),
            {
                "seed": drill.seed,
                "rate_rps": load.rate_rps,
                "give_up_s": load.give_up_s,
                "slo_s": load.slo_s,
                "target": load.target,
                "customers": [customer.model_dump(mode="json") for customer in load.customers],
                "running": True,
            },
        )

    async def stop(self) -> None:
        """Start no more arrivals; those in flight end.

        Raises:
            ControlError: the load did not answer.
        """
        await self._control.change(self._address(), {"running": False})
