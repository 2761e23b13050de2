"""A layer of admission that can be named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.admission.admission import Layer
from services.policies.parameters import Check, Parameter


@dataclass(frozen=True, slots=True)
class AdmissionSpec:
    """What `parse` needs to know of a layer.

    Args:
        name: Its name, kebab-case.
        role: A discipline says who is next; a guard says who may come in, or stay.
        parameters: Its parameters by name.
        build: Parameters by name -> the layer, in its starting state.
        checks: What its parameters must be together.
    """

    name: str
    role: Literal["discipline", "guard"]
    parameters: Mapping[str, Parameter]
    build: Callable[[Mapping[str, float]], Layer]
    checks: tuple[Check, ...] = ()
