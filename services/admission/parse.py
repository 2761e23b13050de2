"""Text -> layers of admission, in the grammar of the retry policies.

    admission = layer *("+" layer)                   codel(target=5 ms, interval=100 ms) + adaptive-lifo
    layer     = name ["(" [parameter *("," parameter)] ")"]
    parameter = key "=" value

At most one discipline (`fifo` where none is named), each guard at most once; the order of writing doesn't matter.
"""

import re

from services.admission.admission import Layer
from services.admission.admissions import DEFAULT_DISCIPLINE, REGISTRY
from services.admission.spec import AdmissionSpec
from services.policies.parameters import read_parameters
from services.policies.policy_error import PolicyError, unknown

_LAYER = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?:\(([^()]*)\))?\s*")
_LONGEST = 500
_EXAMPLE = "such as fifo, or codel(target=5 ms, interval=100 ms) + adaptive-lifo"

_Written = tuple[AdmissionSpec, dict[str, float]]


class AdmissionError(PolicyError):
    """An admission's text can't be understood; says what is wrong, what is near and what is valid."""


def parse(text: str) -> tuple[Layer, ...]:
    """The layers that `text` means, in their starting state, in the order in which they are asked.

    Raises:
        AdmissionError: The text is wrong; says what, what is near and what is valid.
    """
    return tuple(spec.build(given) for spec, given in layers(text))


def validate(text: str) -> None:
    """Nothing, or the AdmissionError that `parse` would raise."""
    layers(text)


def layers(text: str) -> list[_Written]:
    """The layers that `text` names, in the order in which they are asked, each with its parameters; see `parse`."""
    if len(text) > _LONGEST:
        raise AdmissionError(f"an admission has at most {_LONGEST} characters, this one has {len(text)}")
    try:
        layers = [_layer(part) for part in text.split("+")]
    except PolicyError as error:
        raise AdmissionError(str(error)) from error
    names = [spec.name for spec, _ in layers]
    for name in names:
        if names.count(name) > 1:
            raise AdmissionError(f"{name!r} occurs twice in {text!r}")
    disciplines = [spec.name for spec, _ in layers if spec.role == "discipline"]
    if len(disciplines) > 1:
        valid = ", ".join(sorted(name for name, spec in REGISTRY.items() if spec.role == "guard"))
        raise AdmissionError(
            f"only one discipline at a time, {text!r} has {' and '.join(disciplines)}; keep one of them "
            f"(what may stand beside it: {valid})"
        )
    if not disciplines:
        layers.append((DEFAULT_DISCIPLINE, {}))
    order = tuple(REGISTRY)
    return sorted(layers, key=lambda layer: order.index(layer[0].name))


def _layer(part: str) -> _Written:
    match = _LAYER.fullmatch(part)
    if match is None:
        raise PolicyError(f"{part.strip()!r} is not an admission; write one {_EXAMPLE}")
    spec = REGISTRY.get(match[1])
    if spec is None:
        raise unknown("admission", match[1], REGISTRY)
    return spec, read_parameters(spec.name, spec.parameters, match[2] or "", spec.checks)
