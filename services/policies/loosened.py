"""What is looser about one policy than about another: a guard that is gone, or that lets more through.

    budget(ratio=10%) + breaker   ->   budget(ratio=50%)      without breaker; budget ratio=50% instead of 10%

What never retries needs no guard. Whatever counts and forbids is a guard here, also what is written as a schedule
(aws-standard, google-sre).
"""

from collections.abc import Mapping

from services.policies.parameters import Parameter
from services.policies.parse import layers

NEVER_RETRIES = "none"


def loosened(before: str, after: str) -> str | None:
    """What is looser about the second of two policies, in words; None: nothing.

    Raises:
        PolicyError: one of them can't be read.
    """
    first, second = ({spec.name: (spec, given) for spec, given in layers(text)} for text in (before, after))
    if NEVER_RETRIES in second:
        return None
    if NEVER_RETRIES in first:
        return "it retries, which it did not"
    said = [
        f"without {name}"
        for name, (spec, _) in first.items()
        if (spec.role == "guard" or spec.refuses) and name not in second
    ]
    for name, (spec, given) in first.items():
        if name in second:
            said += [f"{name} {what}" for what in looser(spec.parameters, given, second[name][1])]
    return "; ".join(said) or None


def looser(
    parameters: Mapping[str, Parameter], before: Mapping[str, float], after: Mapping[str, float]
) -> list[str]:
    """What of a layer's parameters lets more through than before: ``ratio=50% instead of 10%``."""
    found = []
    for key, parameter in parameters.items():
        more = after[key] > before[key] if parameter.looser == "more" else after[key] < before[key]
        if parameter.looser is not None and more:
            found.append(f"{key}={parameter.show(after[key])} instead of {parameter.show(before[key])}")
    return found
