"""Toxics of a Toxiproxy listener: add, remove, update; open and close the listener itself."""

from typing import ClassVar, Literal

from chaos.actions.action import BaseAction, Rank, Reading
from chaos.errors import RefusedError
from chaos.toxic import Toxic
from chaos.toxiproxy import Toxiproxy


class _OfListener(BaseAction):
    """``api`` is Toxiproxy's host:port, ``proxy`` the listener's name in it.

    Every open connection is changed before the call returns, with the CPU that the device may use: what 5,000 are cut
    with is 5 s of a bridge that is capped to 12 % of a core.
    """

    rank: ClassVar[Rank] = Rank.TOXIC
    deadline_s: float = 10.0
    api: str
    proxy: str

    def server(self) -> Toxiproxy:
        """The API, with this action's deadline."""
        return Toxiproxy(self.api, self.deadline_s)


class _OfToxic(_OfListener):
    """What is about one toxic, which is distinguished from everyone else's by its name."""

    toxic: Toxic

    async def present(self) -> Toxic | None:
        """The toxic of this name as the server has it."""
        return (await self.server().toxics(self.proxy)).get(self.toxic.name)

    async def read(self) -> Reading:
        """The toxic as the server has it, and the names of all others there."""
        toxics = await self.server().toxics(self.proxy)
        mine = toxics.pop(self.toxic.name, None)
        return {"toxic": mine and mine.model_dump(), "others": sorted(toxics)}

    def shows(self, reading: Reading) -> bool:
        """The server has this toxic with this effect."""
        there = reading["toxic"]
        return there is not None and self.toxic.same_as(Toxic.model_validate(there))


class AddToxic(_OfToxic):
    """Add a toxic."""

    do: Literal["add_toxic"] = "add_toxic"

    async def apply(self) -> None:
        """Add it; one of the same name and effect is fine."""
        await self.server().add(self.proxy, self.toxic)

    async def inverse(self) -> "RemoveToxic":
        """Remove it. Refused when the name is taken: the inverse would remove another owner's."""
        there = await self.present()
        if there is not None:
            raise RefusedError(
                f"proxy {self.proxy} at {self.api} has a toxic of this name already: {there}. "
                "Undo that one first, or give the new one another name."
            )
        return RemoveToxic(**self.model_dump(exclude={"do"}))


class RemoveToxic(_OfToxic):
    """Remove a toxic by its name. ``toxic`` says what it was, so that it can be put out of effect instead."""

    do: Literal["remove_toxic"] = "remove_toxic"

    async def apply(self) -> None:
        """Remove it; not there is fine."""
        await self.server().remove(self.proxy, self.toxic.name)

    def shows(self, reading: Reading) -> bool:
        """The server has none of this name."""
        return reading["toxic"] is None

    async def inverse(self) -> BaseAction:
        """Put back what is there now."""
        there = await self.present()
        return self if there is None else AddToxic(**self.model_dump(exclude={"do", "toxic"}), toxic=there)

    def fallback(self) -> BaseAction:
        """A removal can hang (Toxiproxy up to 2.12): leave the toxic there, without any effect."""
        quiet = self.toxic.without_effect()
        return UpdateToxic(**self.model_dump(exclude={"do", "toxic"}), toxic=quiet)


class UpdateToxic(_OfToxic):
    """Change attributes and toxicity of a toxic that is there."""

    do: Literal["update_toxic"] = "update_toxic"

    async def apply(self) -> None:
        """Change it, on open connections as well."""
        await self.server().update(self.proxy, self.toxic)

    async def inverse(self) -> "UpdateToxic":
        """Back to the present attributes."""
        there = await self.present()
        if there is None:
            raise RefusedError(f"proxy {self.proxy} at {self.api} has no toxic {self.toxic.name} to update")
        return self.model_copy(update={"toxic": there})


class ProxyEnabled(_OfListener):
    """Open or close a listener. Closing resets every connection; opening makes a new, empty listen queue."""

    do: Literal["proxy_enabled"] = "proxy_enabled"
    rebuilds_listener: ClassVar[bool] = True
    enabled: bool

    async def apply(self) -> None:
        """Open or close it."""
        if not await self.is_active():
            await self.server().enable(self.proxy, enabled=self.enabled)

    async def read(self) -> Reading:
        """Whether the listener is open."""
        there = (await self.server().proxies()).get(self.proxy)
        if there is None:
            raise RefusedError(f"Toxiproxy at {self.api} has no proxy {self.proxy}")
        return {"enabled": there.enabled, "listen": there.listen}

    def shows(self, reading: Reading) -> bool:
        """It is as asked."""
        return bool(reading["enabled"]) is self.enabled

    async def inverse(self) -> "ProxyEnabled":
        """As it is now."""
        return self.model_copy(update={"enabled": (await self.read())["enabled"]})
