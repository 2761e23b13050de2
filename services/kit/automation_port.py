"""The calls of the control port that are about a role's automations."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services.kit.automation import Automation, AutomationError

Automations = Mapping[str, Automation]


def states(automations: Automations) -> dict[str, Any]:
    """What each is at: the answer of GET /automation."""
    return {name: one.state for name, one in automations.items()}


def reports(automations: Automations, after: float) -> list[dict[str, Any]]:
    """What all of them reported after a moment, in order: the entry `automation` of /counters."""
    found = [
        {"automation": name, **report} for name, one in automations.items() for report in one.since(after)
    ]
    return sorted(found, key=lambda report: report["at_s"])


async def change(automations: Automations, request: web.Request) -> tuple[dict[str, Any], int]:
    """Start or stop one, as POST /automation asks; the answer and its status."""
    return await change_as_written(automations, await request.text())


async def change_as_written(automations: Automations, written: str) -> tuple[dict[str, Any], int]:
    """Start or stop one, as the body of a POST /automation asks; the answer and its status."""
    try:
        asked = json.loads(written)
        name, do = str(asked["automation"]), asked["do"]
        one = automations.get(name)
        if one is None:
            raise AutomationError(f"unknown automation {name!r}; valid: {', '.join(automations) or 'none'}")
        if do == "start":
            one.start(str(asked["name"]), asked["values"], float(asked["deadline_s"]))
        elif do == "stop":
            await one.stop()
        else:
            raise AutomationError(f"do={do!r}; valid: start, stop")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = str(error) if isinstance(error, AutomationError) else f"not a call to an automation: {error!r}"
        return {"error": why}, 400
    return states(automations), 200
