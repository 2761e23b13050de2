"""Live settings as services report them: an event when they have changed, and every few seconds all the same."""

from collections.abc import Mapping

from lab.journal.events import SettingsRead

EVERY_S = 5
"""So often settings are journaled that did not change: a run that begins on a living lab has them within this time."""

Plain = bool | int | float | str
Values = dict[str, bool | int | float | str | None]


class SettingsTracker:
    """Remembers what was journaled last, by service."""

    def __init__(self) -> None:
        self._known: dict[str, Values] = {}

    def event(self, service: str, values: Mapping[str, object], second: int) -> SettingsRead | None:
        """What to journal of a service's settings in a second; None: nothing that isn't there already."""
        plain: Values = {
            key: value for key, value in values.items() if value is None or isinstance(value, Plain)
        }
        if not plain or (plain == self._known.get(service) and second % EVERY_S):
            return None
        self._known[service] = plain
        return SettingsRead(service=service, values=plain)
