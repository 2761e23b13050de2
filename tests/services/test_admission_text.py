"""The text of an admission: what it means, what is refused, and that every layer is documented."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admission import REGISTRY, AdmissionError, names, parse, validate


def test_the_order_of_writing_does_not_matter() -> None:
    """A discipline and guards, however written; first come, first served where no discipline is named."""
    for text in ("codel + lifo", " lifo+codel ( target = 5 ms )", "codel(interval=0.1 s)+lifo"):
        assert [layer.name for layer in parse(text)] == ["lifo", "codel"]
    assert [layer.name for layer in parse("priority-shed + gradient2")] == [
        "fifo",
        "gradient2",
        "priority-shed",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("coddel", ["unknown admission 'coddel'", "did you mean 'codel'", "adaptive-lifo", "gradient2"]),
        ("codel(targt=5 ms)", ["parameter of codel", "did you mean 'target'"]),
        ("codel(target=5)", ["target='5'", "100 ms"]),
        ("codel(target=0 ms)", ["out of range", "0.1 ms to 60 s"]),
        (
            "codel(target=101 ms)",
            ["target=101 ms is more than interval=100 ms (the default)", "target up to 100 ms"],
        ),
        ("codel(target=5 ms, target=6 ms)", ["'target' is given twice"]),
        ("gradient2(tolerance=50%)", ["out of range", "100% to 1000%"]),
        ("gradient2(least=300)", ["least=300 is more than most=200 (the default)", "or most from 300"]),
        ("gradient2(most=10)", ["least=20 (the default) is more than most=10", "least up to 10"]),
        (
            "lifo + gradient2(least=9, most=8)",
            ["least=9 is more than most=8", "least up to 8, or most from 9"],
        ),
        (
            "gradient2(start=3)",
            ["least=20 (the default) is more than start=3", "least up to 3, or start from 20"],
        ),
        ("gradient2(start=201)", ["start=201 is more than most=200 (the default)", "start up to 200"]),
        (
            "fifo + lifo",
            ["only one discipline", "fifo and lifo; keep one", "codel, gradient2, priority-shed"],
        ),
        ("codel + codel", ["'codel' occurs twice"]),
        ("codel lifo", ["not an admission"]),
        ("", ["not an admission", "such as fifo"]),
        ("lifo(x)", ["key=value"]),
        ("x" * 501, ["500"]),
    ],
)
def test_a_wrong_text_is_an_error_that_helps(text: str, said: list[str]) -> None:
    """What is wrong, what is near, what is valid."""
    for read in (validate, parse):
        with pytest.raises(AdmissionError) as caught:
            read(text)
        assert [part for part in said if part not in str(caught.value)] == []


@given(st.text(alphabet="abcdefgilopr2-+()=,%/ 0123456789.ms\n", max_size=60) | st.text(max_size=30))
def test_any_text_is_an_admission_or_an_error(text: str) -> None:
    """No text brings the parser down."""
    try:
        parse(text)
    except AdmissionError as error:
        assert str(error)  # noqa: PT017  either way is right


@pytest.mark.slow
def test_admissions_need_no_network_library() -> None:
    """The lab imports them to validate drills: aiohttp, uvloop and asyncio stay out."""
    code = "import sys, services.admission; print({'aiohttp', 'uvloop', 'asyncio'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "set()"


def test_every_layer_is_documented_with_its_defaults() -> None:
    """docs/reference/serving.md has a section a layer and a row a parameter, with the active default."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "serving.md").read_text()
    for name in names():
        section = page.split(f"### `{name}`")[1].split("\n## ")[0].split("\n### ")[0]
        for key, parameter in REGISTRY[name].parameters.items():
            assert f"| `{key}` | {parameter.show(parameter.default)} |" in section, (name, key)
