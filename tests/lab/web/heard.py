"""Reads server-sent events as a browser does."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Heard:
    """One event."""

    at: str
    event: str
    data: Any


async def heard(answer: aiohttp.ClientResponse) -> AsyncIterator[Heard]:
    """Each event of a stream, until that ends."""
    fields: dict[str, str] = {}
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if not line:
            if "data" in fields:
                yield Heard(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))
            fields = {}
            continue
        name, _, value = line.partition(": ")
        fields[name] = value


async def until(stream: AsyncIterator[Heard], wanted: Callable[[Heard], bool]) -> list[Heard]:
    """All events up to the first that is wanted."""
    seen: list[Heard] = []
    async for one in stream:
        seen.append(one)
        if wanted(one):
            return seen
    raise AssertionError(f"the stream ended after {[one.event for one in seen]}")
