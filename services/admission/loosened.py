"""What is looser about one admission than about another: a guard that is gone, or that lets more in."""

from services.admission.parse import layers
from services.policies.loosened import looser


def loosened(before: str, after: str) -> str | None:
    """What is looser about the second of two admissions, in words; None: nothing. A discipline is no protection.

    Raises:
        AdmissionError: one of them can't be read.
    """
    first, second = ({spec.name: (spec, given) for spec, given in layers(text)} for text in (before, after))
    said = [
        f"without {name}" for name, (spec, _) in first.items() if spec.role == "guard" and name not in second
    ]
    for name, (spec, given) in first.items():
        if name in second:
            said += [f"{name} {what}" for what in looser(spec.parameters, given, second[name][1])]
    return "; ".join(said) or None
