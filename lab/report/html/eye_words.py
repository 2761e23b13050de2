"""What a monitoring plane knew in a second, in words: two lines for each role that it knows of.

It is asked for goodput and errors at the entrance and for the clients' amplification; of the rest it says nothing.
"""

from collections.abc import Callable
from typing import Any

from lab.analysis.system import EyeSecond
from lab.report import headline_figures as figures
from lab.topology.roles import Roles

NO_ANSWER = "no answer"


def eye_words(roles: Roles, plane: str, told: EyeSecond) -> dict[str, Any]:
    """``said``, by role, and ``note``: how old what it shows is."""
    return {
        "said": {
            roles.entrance: [
                f"goodput: {_answer(figures.rate, told.goodput_rps)}",
                f"errors: {_answer(figures.share, told.error_ratio)}",
            ],
            roles.client: ["amplification:", _answer(figures.ratio, told.amplification)],
        },
        "note": f"The newest sample of the {plane} plane: {_age(told.newest_age_s)}.",
    }


def _answer(write: Callable[[float | None], str], value: float | None) -> str:
    return NO_ANSWER if value is None else write(value)


def _age(age_s: float | None) -> str:
    return "none that is known" if age_s is None else f"{figures.seconds(age_s)} old"
