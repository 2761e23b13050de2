"""Live settings of a service, by its control port."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from chaos.actions.action import BaseAction, Reading
from chaos.errors import RefusedError
from chaos.http import call

TOKEN_HEADER = "X-Lab-Token"  # noqa: S105 - the header's name, no secret


class ChangeSettings(BaseAction):
    """Change ``values`` at ``address`` (host:port of a control port).

    The token stays in its file; the ledger never holds it. A setting that starts something when it changes has two
    more: ``first``, values that are set just before, so that it also starts where the present ones are the same; and
    ``back``, the values that undo it, since the present ones would start something again.
    """

    do: Literal["settings"] = "settings"
    address: str
    token_file: Path
    values: dict[str, str | float | int | bool | None] = Field(min_length=1)
    first: dict[str, str | float | int | bool | None] | None = None
    back: dict[str, str | float | int | bool | None] | None = None

    async def apply(self) -> None:
        """Swap the settings; the service refuses an unknown key or value and says which are valid."""
        headers = {TOKEN_HEADER: self._token()}
        for values in (self.first, self.values):
            if values is None:
                continue
            answer = await call(
                "PATCH", self.address, "/settings", self.deadline_s, json=values, headers=headers
            )
            if not answer.ok:
                raise answer.refused()

    async def read(self) -> Reading:
        """These keys' present values."""
        now = (await call("GET", self.address, "/settings", self.deadline_s)).json()
        unknown = sorted(self.values.keys() - now.keys())
        if unknown:
            raise RefusedError(
                f"{self.address} has no setting {', '.join(unknown)}; it has {', '.join(sorted(now))}"
            )
        return {key: now[key] for key in self.values}

    def shows(self, reading: Reading) -> bool:
        """Every value is as asked."""
        return reading == self.values

    async def inverse(self) -> "ChangeSettings":
        """The present values, or ``back``."""
        now = await self.read()
        return self.model_copy(
            update={"values": now if self.back is None else self.back, "first": None, "back": None}
        )

    def resource_keys(self) -> frozenset[str]:
        """Each of its settings."""
        return frozenset(f"{self.address} {key}" for key in self.values)

    def _token(self) -> str:
        try:
            return self.token_file.read_text().strip()
        except OSError as error:
            raise RefusedError(f"the run's token can't be read: {error}") from error
