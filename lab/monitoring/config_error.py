"""The one error of this package."""

from pathlib import Path

from chaos.lab_error import LabError


class MonitoringError(LabError, ValueError):
    """A plane's configuration that the lab can't use.

    Args:
        file: the file or folder that is wrong.
        line: the line in it, counted from 1; None where the file as a whole is meant.
        cause: what is wrong, and where in the structure.
        remedy: what to do about it.
    """

    def __init__(self, file: Path, line: int | None, cause: str, remedy: str) -> None:
        self.file, self.line, self.cause, self.remedy = file, line, cause, remedy
        place = f"{file}:{line}" if line else str(file)
        super().__init__(f"{place}: {cause}. {remedy}")
