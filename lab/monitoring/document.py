"""A configuration file of Prometheus or Alertmanager as values that know their line."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lab.monitoring.config_error import MonitoringError
from lab.monitoring.durations import duration_s

RESTORE = "Restore it from git"
_GIVES_UP = (ValueError, AttributeError, IndexError, KeyError, TypeError, AssertionError, RecursionError)
"""What the YAML reader raises, beside its own errors, about texts that are no YAML at all."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value in a file; None where the file says nothing.

    Args:
        file: where it stands; ``line`` of it or of its key.
        path: the keys that lead to it.
    """

    file: Path
    line: int | None
    path: str
    value: Any

    def at(self, key: str) -> "Part":
        """What a mapping has under a key.

        Raises:
            MonitoringError: this is no mapping.
        """
        path = f"{self.path}.{key}" if self.path else key
        if self.value is None:
            return Part(self.file, self.line, path, None)
        if not isinstance(self.value, dict):
            raise self.error(f"{self._shown} is no mapping", f"It should have the key `{key}`")
        line = _lines(self.value).get(key, self.line)
        return Part(self.file, line, path, self.value.get(key))

    def items(self) -> Iterator["Part"]:
        """The items of a list; none where the file says nothing.

        Raises:
            MonitoringError: this is no list.
        """
        found = self.value
        if found is None:
            return
        if not isinstance(found, list):
            raise self.error(f"{self._shown} is no list", "Put `- ` before each of its items")
        lines = _lines(found)
        for index, value in enumerate(found):
            yield Part(self.file, lines.get(index, self.line), f"{self.path}[{index}]", value)

    def text(self) -> str:
        """A text that has to be there.

        Raises:
            MonitoringError: it isn't.
        """
        if self.value is None or isinstance(self.value, dict | list):
            raise self.error(f"{self._shown} is missing", "Write it, as text")
        return str(self.value)

    def seconds(self, default_s: float) -> float:
        """A duration, or what the program takes where none is written.

        Raises:
            MonitoringError: what is written is no duration.
        """
        if self.value is None:
            return default_s
        try:
            return duration_s(self.value)
        except ValueError as error:
            raise self.error(f"{self._shown}: {error}", "Write it like 500ms, 5s or 1m30s") from error

    def error(self, cause: str, remedy: str) -> MonitoringError:
        """An error about this place."""
        return MonitoringError(self.file, self.line, cause, remedy)

    @property
    def _shown(self) -> str:
        return f"`{self.path}`" if self.path else "the file"


def _lines(value: Any) -> dict[str | int, int]:  # noqa: ANN401 - a mapping or list as ruamel.yaml reads it
    """Key or index -> line, of those that stand in the file themselves."""
    places: dict[str | int, list[int]] = value.lc.data or {}
    return {key: place[0] + 1 for key, place in places.items()}


def read(file: Path) -> Part:
    """The whole of a file.

    Raises:
        MonitoringError: it is missing, can't be read, is no YAML or says nothing.
    """
    try:
        content = _loaded(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MonitoringError(file, None, "there is no such file", RESTORE) from error
    except (OSError, UnicodeDecodeError) as error:
        raise MonitoringError(file, None, f"can't be read ({error})", "Check path and rights") from error
    except (YAMLError, *_GIVES_UP) as error:
        raise _syntax_error(file, error) from error
    if not isinstance(content, dict):
        raise MonitoringError(file, None, "the file has no keys", RESTORE)
    return Part(file, None, "", content)


@lru_cache(maxsize=16)
def _loaded(text: str) -> object:
    """A text as ruamel.yaml has it; only read. Two planes share rules, and a run asks for each file twice or more."""
    return YAML(typ="rt", pure=True).load(text)


def _syntax_error(file: Path, error: Exception) -> MonitoringError:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    cause = error.problem if isinstance(error, MarkedYAMLError) else type(error).__name__
    line = mark.line + 1 if mark else None
    return MonitoringError(file, line, f"this is not valid YAML ({cause})", "Fix the syntax of this line")
