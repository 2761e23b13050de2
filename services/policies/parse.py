"""Text -> policy.

    policy    = layer *("+" layer)                   budget(ratio=10%) + breaker
    layer     = name ["(" [parameter *("," parameter)] ")"]
    parameter = key "=" value                        open=5 s

One schedule at most, each guard once at most; the order of writing doesn't matter (guards go as in the registry).
Guards without a schedule imply `immediate(retries=3)`: a guard alone would have nothing to guard. What brings its own
back-off, attempts or hedges (`aws-standard`, `google-sre`, `hedge`, ...) is a schedule too.
"""

import random
import re

from services.policies.compose import Composition
from services.policies.parameters import PolicySpec, read_parameters
from services.policies.policy import Policy
from services.policies.policy_error import PolicyError, unknown
from services.policies.registry import DEFAULT_SCHEDULE, REGISTRY, asked_at

_LAYER = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?:\(([^()]*)\))?\s*")
_LONGEST = 500
_EXAMPLE = "such as immediate(retries=3) or budget(ratio=10%) + breaker"

Layer = tuple[PolicySpec, dict[str, float]]


def parse(text: str, chance: random.Random | None = None) -> Policy:
    """The policy that `text` means, in its starting state.

    Args:
        text: E.g. "budget(ratio=10%) + breaker".
        chance: Where jitter comes from; default: seeded by the system.

    Raises:
        PolicyError: The text is wrong; says what, what is near and what is valid.
    """
    source = chance if chance is not None else random.Random()  # noqa: S311  jitter is no secret
    return Composition([spec.build(given, source) for spec, given in layers(text)])


def validate(text: str) -> None:
    """Nothing, or the PolicyError that `parse` would raise."""
    layers(text)


def layers(text: str) -> list[Layer]:
    """The layers that `text` names, in the order in which they are asked, each with its parameters; see `parse`."""
    if len(text) > _LONGEST:
        raise PolicyError(f"a policy has at most {_LONGEST} characters, this one has {len(text)}")
    if not text.strip():
        raise PolicyError(f"the policy is empty; write one {_EXAMPLE}, or none")
    layers = [_layer(part) for part in text.split("+")]
    seen: set[str] = set()
    for spec, _ in layers:
        if spec.name in seen:
            raise PolicyError(f"{spec.name!r} occurs twice in {text!r}")
        seen.add(spec.name)
    schedules = [spec.name for spec, _ in layers if spec.role == "schedule"]
    if len(schedules) > 1:
        valid = ", ".join(sorted(name for name, spec in REGISTRY.items() if spec.role == "guard"))
        raise PolicyError(
            f"only one schedule at a time, {text!r} has {' and '.join(schedules)}; keep one of them "
            f"(what may stand beside it: {valid})"
        )
    if not schedules:
        layers.append(
            (DEFAULT_SCHEDULE, read_parameters(DEFAULT_SCHEDULE.name, DEFAULT_SCHEDULE.parameters, ""))
        )
    return sorted(layers, key=lambda layer: asked_at(layer[0].name))


def _layer(part: str) -> Layer:
    match = _LAYER.fullmatch(part)
    if match is None:
        raise PolicyError(f"{part.strip()!r} is not a policy; write one {_EXAMPLE}")
    spec = REGISTRY.get(match[1])
    if spec is None:
        raise unknown("policy", match[1], REGISTRY)
    return spec, read_parameters(spec.name, spec.parameters, match[2] or "", spec.checks)
