"""A client over the bridge as the environment describes it, and calls on behalf of a request that came in.

BRIDGE=http://bridge:3128                    the device
BRIDGE_RESERVE=http://bridge-reserve:3128    another, for `device: bridge-reserve`; may be missing
"""

import random

from aiohttp import web
from yarl import URL

from services.client.answer import Answer
from services.client.client import Client
from services.client.client_settings import RESERVE_VARIABLE, ClientSettings
from services.kit import priority
from services.kit.env import BindAddresses, required
from services.kit.headers import deadline_s
from services.kit.request_id import request_id


def over_bridge(
    settings: ClientSettings, place: BindAddresses, chance: random.Random, to: str | None
) -> Client:
    """The client of a service that calls `to`."""
    bridge = required(place.environment, "BRIDGE", "http://bridge:3128")
    reserve = place.environment.get(RESERVE_VARIABLE) or None
    log = f"{place.service}->{to}"
    return Client(settings, bridge, place.source, chance, reserve=reserve, log=log)


async def get_for(client: Client, request: web.BaseRequest, url: URL) -> Answer:
    """GET `url` for a request that came in: its id and rank go along, and its deadline is the call's."""
    return await client.call(
        "GET",
        url,
        request_id(request),
        headers=priority.passed_on(request.headers),
        deadline_s=deadline_s(request),
    )
