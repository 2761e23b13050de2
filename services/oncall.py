"""oncall: takes the pages of every plane at POST /page/<plane>, and raises the alarm when a plane falls silent."""

from typing import Any

from aiohttp import web

from services.kit.role import Role, json_response
from services.kit.server import run
from services.pager import BadWebhookError, Desk, PagerSettings, planes_from_environment

Settings = PagerSettings
PATH = "/page/"


class OnCall(Role[Settings]):
    """200 for a webhook, 404 for an unknown plane, 400 for what is no webhook."""

    name = "oncall"
    why_alone = "it remembers which pages were news"
    settings = Settings

    async def start(self) -> None:
        """Begin to wait for every plane."""
        self._desk = Desk(planes_from_environment(self.place.environment), lambda: self.live.now.patience)
        self.live.listen(lambda _: self._desk.watch())

    async def stop(self) -> None:
        """Wait no longer."""
        self._desk.stop()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """How many of a webhook's alerts were news."""
        plane = request.path.removeprefix(PATH)
        if not request.path.startswith(PATH) or not self._desk.pager.knows(plane):
            return json_response({"error": f"not here; pages go to {PATH}<plane>"}, status=404)
        if request.method != "POST":
            return json_response({"error": "only POST"}, status=405)
        try:
            return json_response({"news": self._desk.take(plane, await request.read())})
        except BadWebhookError as error:
            return json_response({"error": str(error)}, status=400)

    def extras(self, after: float) -> dict[str, Any]:
        """The pages that were received later than `after`, and each plane's latest heartbeat."""
        return {"pages": self._desk.pager.pages.since(after), "heartbeats": self._desk.pager.heartbeats()}


if __name__ == "__main__":
    run(OnCall)
