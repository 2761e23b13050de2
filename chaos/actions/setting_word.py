"""One word in a live setting that is a list of words: other words in it stay as they are."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from chaos.actions.action import BaseAction, Reading
from chaos.actions.change_settings import ChangeSettings


class SettingWord(BaseAction):
    """Have ``word`` in the space-separated setting ``key`` at ``address`` (host:port), or not (``present``).

    Two of them on one setting can be undone in any order, which a whole value could not.
    """

    do: Literal["setting_word"] = "setting_word"
    address: str
    token_file: Path
    key: str
    word: str = Field(pattern=r"^\S+$")
    present: bool = True

    async def apply(self) -> None:
        """Add it behind the others, or take it out."""
        words = [word for word in (await self.read())[self.key].split() if word != self.word]
        await self._settings(" ".join([*words, self.word] if self.present else words)).apply()

    async def read(self) -> Reading:
        """The setting's present value."""
        return await self._settings("").read()

    def shows(self, reading: Reading) -> bool:
        """The word is there, or not, as asked."""
        return (self.word in reading[self.key].split()) is self.present

    async def inverse(self) -> "SettingWord":
        """As it is now."""
        return self.model_copy(update={"present": self.word in (await self.read())[self.key].split()})

    def _settings(self, value: str) -> ChangeSettings:
        return ChangeSettings(
            address=self.address,
            token_file=self.token_file,
            values={self.key: value},
            deadline_s=self.deadline_s,
        )
