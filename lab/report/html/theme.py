"""Colours of the charts, light and dark. Okabe and Ito's: colour-blind people can distinguish them, too."""

from collections.abc import Mapping
from dataclasses import dataclass

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """``lines`` by a line's role, ``phases`` the shade behind a phase."""

    name: str
    text: str
    muted: str
    grid: str
    surface: str
    lines: Mapping[str, str]
    phases: Mapping[str, str]
    provisional: str


LIGHT = Theme(
    name="light",
    text="#1f2933",
    muted="#52606d",
    grid="#e4e7eb",
    surface="#ffffff",
    lines={
        "neutral": "#52606d",
        "good": "#0072b2",
        "strain": "#c2410c",
        "second": "#7b3f98",
        "limit": "#1f2933",
    },
    phases={
        "trigger": "rgba(213,94,0,0.13)",
        "retrigger": "rgba(213,94,0,0.13)",
        "aftermath": "rgba(204,121,167,0.15)",
        "mitigation": "rgba(0,114,178,0.09)",
        "recovery": "rgba(0,158,115,0.10)",
    },
    provisional="rgba(82,96,109,0.14)",
)

DARK = Theme(
    name="dark",
    text="#e6e9ee",
    muted="#a3afbd",
    grid="#2b3440",
    surface="#161b22",
    lines={
        "neutral": "#a3afbd",
        "good": "#56b4e9",
        "strain": "#f08c4a",
        "second": "#d6a2e8",
        "limit": "#e6e9ee",
    },
    phases={
        "trigger": "rgba(240,140,74,0.17)",
        "retrigger": "rgba(240,140,74,0.17)",
        "aftermath": "rgba(214,120,180,0.16)",
        "mitigation": "rgba(86,180,233,0.10)",
        "recovery": "rgba(0,190,140,0.11)",
    },
    provisional="rgba(163,175,189,0.16)",
)

THEMES = (LIGHT, DARK)
