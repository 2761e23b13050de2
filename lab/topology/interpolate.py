"""``${NAME}``, ``${NAME:-default}`` and ``$$`` in values, as Compose has them. Other forms are refused.

python-dotenv expands ``${NAME:-default}`` as well, but knows no ``$$`` and leaves what it does not know as it is; here
each form that Compose has and we don't is an error with its line.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lab.topology.reader import Document, Location

_DOLLAR = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Za-z_]\w*)(?P<has_default>:-(?P<default>[^${}]*))?\}|(?P<other>.?))",
    re.ASCII | re.DOTALL,
)


def interpolate(document: Document, value: Any, where: Location, variables: Mapping[str, str]) -> Any:  # noqa: ANN401 - plain YAML
    """Replace the variables in every text inside ``value`` (keys are left alone, as in Compose).

    Raises:
        TopologyError: a form outside of the subset, or a variable without value and default. (Compose would
            warn and put nothing in its place; a service would then start with a hole in its command.)
    """
    if isinstance(value, dict):
        return {key: interpolate(document, item, (*where, key), variables) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolate(document, item, (*where, n), variables) for n, item in enumerate(value)]
    if isinstance(value, str) and "$" in value:
        return _DOLLAR.sub(_replacement(document, where, variables), value)
    return value


def _replacement(
    document: Document, where: Location, variables: Mapping[str, str]
) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        if not match["name"]:
            cause = f"`{match.string}` has a `$` in a form that the lab does not interpret"
            remedy = "Write ${NAME} or ${NAME:-default}, and $$ for a dollar sign"
            raise document.error(where, cause, remedy)
        value = variables.get(match["name"], "")
        if match["has_default"]:
            return value or match["default"]
        if match["name"] not in variables:
            cause = f"the variable `{match['name']}` has no value"
            remedy = f"Set it in {document.file.parent / '.env'} or give a default: ${{{match['name']}:-...}}"
            raise document.error(where, cause, remedy)
        return value

    return replace
