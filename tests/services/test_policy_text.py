"""Text -> policy: what is understood, and what is said about the rest."""

import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import admission
from services.policies import (
    REGISTRY,
    Call,
    Outcome,
    OutcomeKind,
    PolicyError,
    backoff,
    from_document,
    names,
    next_delay_s,
    parse,
    rejections,
    validate,
)
from services.policies.parameters import Parameter
from services.policies.registry import asked_at

TIMEOUT = Outcome(OutcomeKind.TIMEOUT)


def attempts(text: str, outcome: Outcome = TIMEOUT) -> int:
    """How many attempts one call makes when each ends the same way."""
    policy, call = parse(text), Call("GET")
    while policy.acquire(call, 0.0) is None:
        call.attempts += 1
        policy.observe(call, outcome, 0.0)
        if next_delay_s(policy, call, outcome, 0.0) is None:
            break
    return call.attempts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none", 1),
        ("immediate", 4),
        ("immediate(retries=3)", 4),
        ("immediate( retries = 0 )", 1),
        ("full-jitter(retries=2, base=1 ms, cap=2 s)", 3),
        ("budget(burst=2, floor=0/s, ratio=0%)", 3),
        ("breaker", 4),
        ("budget + breaker + full-jitter(retries=1)", 2),
        ("breaker+immediate(retries=7)+budget(burst=100)", 8),
        ("none + budget", 1),
        ("immediate(retries=1) + budget(floor=1/\ts, ratio=10\n%)", 2),
        ("full-jitter(retries=1,\tbase = 1\u00a0ms)", 2),
    ],
)
def test_a_text_makes_as_many_attempts_as_it_says(text: str, expected: int) -> None:
    """Schedules state their attempts; guards alone imply three immediate retries."""
    assert attempts(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["empty", "none"]),
        ("budgt", ["'budgt'", "'budget'", "breaker, budget, deadline, decorrelated-jitter"]),
        ("immediate(retry=3)", ["'retry'", "'retries'", "immediate"]),
        ("immediate(retries=101)", ["'101'", "0 to 100"]),
        ("immediate(retries=-1)", ["'-1'", "whole number"]),
        ("immediate(retries=1.5)", ["'1.5'", "whole number"]),
        ("immediate(retries)", ["'retries'", "key=value"]),
        ("immediate(retries=1, retries=2)", ["'retries'", "twice"]),
        ("full-jitter(base=100)", ["'100'", "100 ms"]),
        ("full-jitter(cap=1 h)", ["'1 h'", "duration"]),
        ("budget(ratio=2000%)", ["'2000%'", "0% to 1000%"]),
        ("budget(floor=3)", ["'3'", "1/s"]),
        ("breaker(failures=0)", ["'0'", "1% to 100%"]),
        ("immediate + none", ["one schedule", "immediate and none"]),
        ("budget + budget", ["'budget'", "twice"]),
        ("budget breaker", ["'budget breaker'"]),
        ("budget +", ["''"]),
        ("immediate((retries=3))", ["not a policy"]),
        ("x" * 501, ["500", "501"]),
        ("Immediate", ["'immediate'"]),
        ("budget(floor=1\t/\nh)", [r"'1\t/\nh'", "1/s"]),
    ],
)
def test_a_wrong_text_is_an_error_that_helps(text: str, said: list[str]) -> None:
    """The error names what is wrong, what is near, and what is valid."""
    with pytest.raises(PolicyError) as caught:
        validate(text)
    assert [part for part in said if part not in str(caught.value)] == []


@given(st.text(alphabet="abdegikmnprtu-+()=,%/ 0123456789.s\n\t", max_size=60) | st.text(max_size=30))
def test_any_text_is_a_policy_or_a_policy_error(text: str) -> None:
    """No text brings the parser down."""
    try:
        parse(text)
    except PolicyError as error:
        assert str(error)  # noqa: PT017  either way is right


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{name}(base=5 s)",
            f"{name}: base=5 s is more than cap=2 s (the default); valid: base up to 2 s, or cap from 5 s",
        )
        for name in ("exponential", "full-jitter", "equal-jitter", "decorrelated-jitter", "google-sre")
    ]
    + [
        (
            f"{name}(cap=500 ms)",
            f"{name}: base=1 s (the default) is more than cap=500 ms; valid: base up to 500 ms, or cap from 1 s",
        )
        for name in ("aws-standard", "aws-adaptive")
    ]
    + [
        (
            "breaker + exponential(cap=1 s, base=1.5 s)",
            "exponential: base=1.5 s is more than cap=1 s; valid: base up to 1 s, or cap from 1.5 s",
        ),
        (
            "grpc(initial=2 s)",
            "grpc: initial=2 s is more than max=1 s (the default); valid: initial up to 1 s, or max from 2 s",
        ),
        (
            "breaker(window=100, period=10 s)",
            "breaker: window=100 has no effect with period=10 s; valid: one of them",
        ),
    ],
)
def test_values_that_cannot_be_together_are_refused(text: str, said: str) -> None:
    """By all that read a policy, before anything is built of it; the error tells written values from defaults."""
    for read in (validate, parse, from_document):
        with pytest.raises(PolicyError) as caught:
            read(text)
        assert str(caught.value) == said


@pytest.mark.parametrize(
    "text",
    [
        "exponential(base=2 s)",
        "full-jitter(base=8.5 s, cap=8.5 s)",
        "grpc(initial=1 s)",
        "aws-standard(base=20 s)",
        "breaker(window=50)",
        "breaker(window=50, period=0 s)",
        "breaker(period=10 s)",
    ],
)
def test_values_at_the_border_are_together_valid(text: str) -> None:
    """As much as the cap is not more than it; one window is one window, also where the other is said to be none."""
    parse(text)


def test_guards_are_asked_in_the_same_order_however_written() -> None:
    """An open breaker refuses before the budget pays in or out."""
    for text in ("budget(burst=1) + breaker(minimum=1)", "breaker(minimum=1) + budget(burst=1)"):
        policy, call = parse(text), Call("GET")
        assert policy.acquire(call, 0.0) is None
        policy.observe(call, TIMEOUT, 0.0)
        call.attempts = 1
        rejection = policy.acquire(call, 0.0)
        assert rejection is not None
        assert rejection.by == "breaker"


@pytest.mark.slow
def test_policies_need_no_network_library() -> None:
    """The lab imports them to validate drills: aiohttp and uvloop stay out."""
    code = "import sys, services.policies; print({'aiohttp', 'uvloop', 'asyncio'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "set()"


def test_every_policy_is_documented_with_its_defaults() -> None:
    """A section of docs/reference/policies.md has a row a parameter, with the active default."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "policies.md").read_text()
    for name in names():
        assert f"### `{name}`" in page
        section = page.split(f"### `{name}`")[1].split("\n### ")[0]
        for key, parameter in REGISTRY[name].parameters.items():
            assert f"| `{key}` | {parameter.show(parameter.default)} |" in section


MODULES = {
    f"services.{package}.{name.replace('-', '_')}": spec.parameters
    for package, registry in (("policies", REGISTRY), ("admission", admission.REGISTRY))
    for name, spec in registry.items()
} | {
    "services.policies.backoff": backoff.PARAMETERS,
    "services.policies.cubic_limiter": {
        key: REGISTRY["aws-adaptive"].parameters[key] for key in ("beta", "scale")
    },
}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_tells_its_source_and_its_defaults(module: str) -> None:
    """Policies and admissions alike: the docstring has where it is from, and the active defaults."""
    told, parameters = str(import_module(module).__doc__), MODULES[module]
    assert re.search(r"\b[Ss]ources?\b", told)
    assert not parameters or defaults(parameters) in told


def defaults(parameters: Mapping[str, Parameter]) -> str:
    """The line of a docstring that tells these defaults."""
    told = (f"{key} {parameter.show(parameter.default)}" for key, parameter in parameters.items())
    return f"\nDefaults: {', '.join(told)}.\n"


def test_the_order_of_layers_is_documented() -> None:
    """docs/reference/policies.md has a row a guard, in the order of the registry; the schedule comes last."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "policies.md").read_text()
    guards = [name for name, spec in REGISTRY.items() if spec.role == "guard"]
    assert re.findall(r"^\| (\d+) \| `([\w-]+)` \|", page, re.MULTILINE) == [
        (str(place), name) for place, name in enumerate(guards)
    ]
    assert [asked_at(name) for name in guards] == list(range(len(guards)))
    schedules = REGISTRY.keys() - set(guards)
    assert {asked_at(name) for name in schedules} == {len(guards)}


def test_who_can_refuse_is_known() -> None:
    """Every guard and the schedules with a quota; the client counts under these names."""
    guards = {name for name, spec in REGISTRY.items() if spec.role == "guard"}
    assert set(rejections()) == guards | {"google-sre", "aws-standard", "aws-adaptive"}
