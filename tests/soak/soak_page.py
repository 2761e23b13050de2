"""The last soak as a table in docs/measured/reliability.md: ``python -m tests.soak.soak_page``; no typed figures."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROWS = ROOT / "docs" / "measured" / "reliability.jsonl"
PAGE = ROOT / "docs" / "measured" / "reliability.md"
MARK = "<!-- the last soak, written by tests/soak/soak_page.py -->"


def write_page() -> None:
    """Replace all that stands below the mark."""
    above = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text("\n".join([above + MARK, "", *_table(_last()), ""]), encoding="utf-8")


def _last() -> list[dict[str, Any]]:
    """The rows of the newest soak; a test that was run again in it counts as it ended last."""
    lines = ROWS.read_text(encoding="utf-8").splitlines() if ROWS.exists() else []
    rows = [json.loads(line) for line in lines]
    return list({row["test"]: row for row in rows if row["soak"] == rows[-1]["soak"]}.values())


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "No soak was run yet: `make soak`."
        return
    passed = sum(row["outcome"] == "passed" for row in rows)
    yield f"{rows[0]['soak']}: {passed} of {len(rows)} tests passed.\n"
    yield "| test | count | outcome | took | commit |"
    yield "|---|---|---|---|---|"
    for row in rows:
        count = row.get("kills") or row.get("examples") or 1
        name = row["test"].rpartition("/")[2]
        yield f"| `{name}` | {count} | {row['outcome']} | {row['took_s']:g} s | {row['commit']} |"


if __name__ == "__main__":
    write_page()
