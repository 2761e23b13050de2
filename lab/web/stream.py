"""``GET /live``: a viewer's stream of server-sent events, from where it was last."""

import asyncio

from aiohttp import web

from lab.web.feed import Feed
from lab.web.message import Place
from lab.web.viewers import Viewer

ALIVE_S = 15.0
"""So often something is sent where nothing happens, so that a browser that is gone is noticed."""
RETRY = b"retry: 1000\n\n"
"""ms until a browser comes back."""


async def stream(request: web.Request, feed: Feed) -> web.StreamResponse:
    """Send what the viewer has missed, then what comes, until it leaves or is too slow."""
    seen = Place.parse(request.headers.get("Last-Event-ID", "") or request.query.get("after", ""))
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await answer.prepare(request)
    with feed.viewers.listen() as viewer:
        missed = feed.catch_up(seen)
        sending = asyncio.create_task(_send(answer, viewer, [RETRY, *missed]))
        dropped = asyncio.create_task(viewer.dropped.wait())
        try:
            await asyncio.wait({sending, dropped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, dropped):
                task.cancel()
            await asyncio.gather(sending, dropped, return_exceptions=True)
    if viewer.dropped.is_set() and request.transport is not None:
        request.transport.abort()  # what it has not read yet is of no use to it: it comes back and resumes
    return answer


async def _send(answer: web.StreamResponse, viewer: Viewer, first: list[bytes]) -> None:
    for message in first:
        await answer.write(message)
    while True:
        try:
            async with asyncio.timeout(ALIVE_S):
                message = await viewer.queue.get()
        except TimeoutError:
            message = b": alive\n\n"
        await answer.write(message)
