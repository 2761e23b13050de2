"""What is put inside the page: data that can't break out of its element, and scripts by their hash."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from lab.analysis.timeline.row import Row
from lab.report.html.theme_css import theme_css

_BREAKOUT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def to_json(value: object) -> str:
    """JSON for a ``<script type="application/json">``: nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for raw, escaped in _BREAKOUT.items():
        text = text.replace(raw, escaped)
    return text


def row_data(row: Row) -> dict[str, Any]:
    """A row as the page holds it; the later live page streams the same."""
    return asdict(row)


def csp_hash(script: str) -> str:
    """The source expression by which a content security policy allows exactly this script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def inside(scripts: Sequence[str], styles: Sequence[str], data: object) -> dict[str, Markup]:
    """What a page's template puts in unescaped: style, scripts, the sources that its policy allows, data.

    All of it is ours, the wheel's, or escaped by `to_json`. Scripts run in this order, as one.
    """
    script = "".join(template_text(name) for name in scripts)
    texts = {
        "style": style_text(styles),
        "plotly": plotly_js(),
        "script": script,
        "script_sources": f"{csp_hash(plotly_js())} {csp_hash(script)}",
        "data": to_json(data),
    }
    return {name: Markup(text) for name, text in texts.items()}  # noqa: S704 - see above


def style_text(styles: Sequence[str]) -> str:
    """Colours as the charts have them, and files of ``lab/report/templates``."""
    return theme_css() + "".join(template_text(style) for style in styles)


@cache
def plotly_js() -> str:
    """Plotly's own bundle out of its wheel (importing plotly itself takes longer than reading the file)."""
    return _script((files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8"))


@cache
def template_text(name: str) -> str:
    """A file of ``lab/report/templates``."""
    return (files("lab.report") / "templates" / name).read_text("utf-8")


def _script(text: str) -> str:
    """A script as it may stand inside an element; browsers hash it with plain newlines."""
    if "</script" in text.lower():
        raise ValueError("a script that is to be embedded contains </script>; the report would break")
    return text.replace("\r\n", "\n").replace("\r", "\n")
