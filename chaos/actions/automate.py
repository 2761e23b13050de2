"""A role's automation, by its control port: begun or stopped, and read back."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from chaos.actions.action import BaseAction, Reading
from chaos.actions.change_settings import TOKEN_HEADER
from chaos.errors import RefusedError
from chaos.http import call

PATH = "/automation"
BEGUN = frozenset({"running", "ended"})


class Automate(BaseAction):
    """Have the automation ``automation`` at ``address`` (host:port of a control port) begun as ``name``, or not.

    ``running`` False: it is stopped, and the role takes back what it did. ``within_s``: then it has failed by itself.
    """

    do: Literal["automate"] = "automate"
    address: str
    token_file: Path
    automation: str
    name: str
    values: dict[str, float]
    within_s: float = Field(gt=0)
    running: bool = True

    async def apply(self) -> None:
        """Ask the role; it refuses an unknown automation or value, and says which are valid."""
        asked = {"automation": self.automation, "do": "start" if self.running else "stop"}
        more = {"name": self.name, "values": self.values, "deadline_s": self.within_s} if self.running else {}
        headers = {TOKEN_HEADER: self._token()}
        answer = await call(
            "POST", self.address, PATH, self.deadline_s, json={**asked, **more}, headers=headers
        )
        if not answer.ok:
            raise answer.refused()

    async def read(self) -> Reading:
        """What it is at."""
        found = (await call("GET", self.address, PATH, self.deadline_s)).json()
        if self.automation not in found:
            valid = ", ".join(sorted(found)) or "none"
            raise RefusedError(f"{self.address} has no automation {self.automation}; it has {valid}")
        return dict(found[self.automation])

    def shows(self, reading: Reading) -> bool:
        """It was begun under this name and has not failed; or nothing is begun."""
        if not self.running:
            return bool(reading["state"] == "idle")
        return reading["state"] in BEGUN and bool(reading["name"] == self.name)

    async def inverse(self) -> "Automate":
        """Stopped: there is no state in the middle of it that one could go back to.

        Raises:
            RefusedError: another run of it is not stopped yet: the inverse would stop that one, too.
        """
        now = await self.read()
        if self.running and now["state"] != "idle":
            raise RefusedError(
                f"{self.automation} at {self.address} is {now['state']} already, as {now['name']!r}; undo that first"
            )
        return self.model_copy(update={"running": False})

    def resource_keys(self) -> frozenset[str]:
        """This automation of this role."""
        return frozenset({f"{self.address} automation {self.automation}"})

    def _token(self) -> str:
        try:
            return self.token_file.read_text().strip()
        except OSError as error:
            raise RefusedError(f"the run's token can't be read: {error}") from error
