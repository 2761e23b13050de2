"""What makes a Prometheus an agent: its flag has another name from version 3 on, and neither knows the other's."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

UNTIL_2, SINCE_3 = "--enable-feature=agent", "--agent"
VARIABLE = "AGENT_FLAG"
"""Has it in compose.yaml."""
IMAGE = "PROMETHEUS_IMAGE"
_RENAMED_IN = 3
_ASK_DEADLINE_S = 10.0


def of_image(variables: Mapping[str, str]) -> dict[str, str]:
    """The variable, for the version in the image's tag; none where that says no version: version 2 is meant."""
    tag = re.search(r":v?(\d+)(?:\.\d+)*[\w.-]*(?:@.*)?$", variables.get(IMAGE, ""))
    return {VARIABLE: _named(int(tag[1]))} if tag else {}


def fitting(words: Sequence[str], program: Path) -> list[str]:
    """A command's words, with the flag as this program has it; it is asked only where there is one."""
    if not {UNTIL_2, SINCE_3} & set(words):
        return list(words)
    flag = _named(_major(program))
    return [flag if word in {UNTIL_2, SINCE_3} else word for word in words]


def _named(major: int) -> str:
    return SINCE_3 if major >= _RENAMED_IN else UNTIL_2


def _major(program: Path) -> int:
    """Of the version that it says; 2 where it says none."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=_ASK_DEADLINE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):  # its start will fail as well, and say why
        return _RENAMED_IN - 1
    found = re.search(r"version v?(\d+)\.", answer.stdout + answer.stderr)
    return int(found[1]) if found else _RENAMED_IN - 1
