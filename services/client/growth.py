"""An automation of a fleet: more clients, in steps, as an autoscaler would add them."""

import asyncio
from collections.abc import Callable

from services.client.subscribers import MOST_CLIENTS, Subscribers
from services.kit.automation import Automation, AutomationValues


def growth(subscribers: Subscribers, settled: Callable[[], int]) -> Automation:
    """Open `clients` more, `step` at a time, one step every `every_s`.

    Args:
        subscribers: The fleet's clients.
        settled: How many there are without the automation.
    """

    async def grow(values: AutomationValues, report: Callable[[int, int], None]) -> None:
        clients, step = int(values["clients"]), max(1, int(values["step"]))
        steps = -(-clients // step)
        for number in range(1, steps + 1):
            subscribers.resize(settled() + min(clients, number * step))
            report(number, steps)
            if number < steps:
                await asyncio.sleep(values["every_s"])  # noqa: TID251  the pace is the thing itself

    return Automation(
        grow,
        lambda: subscribers.resize(settled()),
        {"clients": (1, MOST_CLIENTS), "step": (1, MOST_CLIENTS), "every_s": (0, 600)},
    )
