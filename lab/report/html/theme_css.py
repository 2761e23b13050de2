"""The charts' colours as CSS variables, so that what a page draws by itself looks like what Plotly draws."""

from lab.report.html.theme import DARK, LIGHT, Theme


def theme_css() -> str:
    """``--line-good`` and so on: light, dark where asked for, light on paper."""
    light, dark = _variables(LIGHT), _variables(DARK)
    return (
        f":root {{ {light} }}\n"
        f':root[data-theme="dark"] {{ {dark} }}\n'
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f"@media print {{ :root:root, :root[data-theme] {{ {light} }} }}\n"
    )


def _variables(theme: Theme) -> str:
    return " ".join(f"--line-{role}: {colour};" for role, colour in theme.lines.items())
