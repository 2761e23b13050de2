"""The page of a tournament: one file that asks nothing of the network and is not fooled by what it shows."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lab.analysis.tournament import Tournament
from lab.report.html import write_tournament
from tests.lab.report.test_html import Reader
from tests.lab.report.test_page_live import CONTRAST
from tests.lab.report.tournament.conftest import CONTESTANTS, TRIGGERS, made_up, made_up_series


def written(path: Path, tournament: Tournament) -> tuple[str, Reader]:
    """The page, written and read back."""
    write_tournament(path, tournament, made_up_series(tournament))
    text = path.read_text("utf-8")
    reader = Reader()
    reader.feed(text)
    reader.close()
    return text, reader


@pytest.mark.slow
def test_the_page_is_well_formed_and_alone(tmp_path: Path, tournament: Tournament) -> None:
    """Elements close, ids are unique, headings descend, headers say what they head; no address but inside."""
    text, reader = written(tmp_path / "t.html", tournament)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    headings = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in reader.elements if tag == "th")
    for _, attrs in reader.elements:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attrs)
        assert (attrs.get("href") or "#").startswith(("#", "data:"))
    assert [path.name for path in tmp_path.iterdir()] == ["t.html"]
    assert len(text) < 8_000_000


@pytest.mark.slow
def test_untrusted_names_stay_text(tmp_path: Path, tournament: Tournament) -> None:
    """They can't become elements, nor end the data, nor be evaluated."""
    _, reader = written(tmp_path / "t.html", tournament)
    assert [tag for tag, _ in reader.elements].count("script") == 3
    assert "img" not in {tag for tag, _ in reader.elements}
    assert "".join(reader.text).count("{{7*7}}") >= 4


@pytest.mark.slow
def test_a_run_that_can_not_be_told_has_a_colour_of_its_own(tmp_path: Path, tournament: Tournament) -> None:
    """Under `down` no one knows whether a storm would have stayed: neither orange nor blue."""
    text, _ = written(tmp_path / "t.html", tournament)
    found = re.search(r'<script type="application/json" id="run-data">(.*?)</script>', text, re.DOTALL)
    assert found
    pictures = json.loads(found[1])["figures"]["light"]["wide"]
    colours = [{trace["line"]["color"] for trace in pictures[str(n)]["traces"]} for n in range(len(TRIGGERS))]
    assert colours[TRIGGERS.index("down")] == {"#7b3f98"}
    assert colours[TRIGGERS.index("latency")] == {"#0072b2", "#c2410c"}


@pytest.mark.slow
def test_every_figure_stands_by_its_trigger(tmp_path: Path, tournament: Tournament) -> None:
    """With its interval; a borderline one with its least and most."""
    _, reader = written(tmp_path / "t.html", tournament)
    said = " ".join(" ".join(reader.text).replace("\u00a0", " ").split())
    assert re.search(r"none [\d-]+ 30 % ±[\d.]+ 4\.2 s \(3/3\) 4\.0 ±0\.00 1\.90 ±0\.00 450 ms", said)


@pytest.mark.slow
def test_every_run_is_drawn_and_what_was_not_measured_is_null(tmp_path: Path, tournament: Tournament) -> None:
    """A line a cell, by the run's name; a gap in it where a second is unknown."""
    text, _ = written(tmp_path / "t.html", tournament)
    found = re.search(r'<script type="application/json" id="run-data">(.*?)</script>', text, re.DOTALL)
    assert found
    data = json.loads(found[1])
    pictures = data["figures"]["dark"]["narrow"]
    assert len(pictures) == len(TRIGGERS)
    drawn = [trace["meta"]["run"] for picture in pictures.values() for trace in picture["traces"]]
    assert sorted(drawn) == sorted(cell.run for cell in tournament.cells)
    seconds, shares = data["series"][tournament.cells[0].run]
    assert (shares[seconds.index(20)], shares[seconds.index(21)], shares[seconds.index(5)]) == (
        None,
        0.99,
        0.05,
    )


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the made-up tournament."""
    path, tournament = tmp_path_factory.mktemp("tournament") / "tournament.html", made_up()
    write_tournament(path, tournament, made_up_series(tournament))
    return path


@pytest.mark.live
@pytest.mark.xdist_group("tournament")
@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1280),
        pytest.param("dark", 1280, marks=pytest.mark.long),
        pytest.param("light", 390, marks=pytest.mark.long),
        ("dark", 320),
    ],
)
def test_the_page_opens_alone_and_draws_every_run(
    browser: Browser, page_file: Path, scheme: str, width: int
) -> None:
    """No complaint, no request, no script of others, no scrolling sideways, every text readable, in both themes."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("request", lambda asked: trouble.append(asked.url) if asked.url != page_file.as_uri() else None)
    page.context.set_offline(offline=True)
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-drawn=true]")
    assert page.locator(".plot .scatterlayer .js-line").count() >= 3 * len(CONTESTANTS) * len(TRIGGERS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hit") is None
    assert page.evaluate(CONTRAST.read_text()) == []
    page.click("#theme")
    page.wait_for_function(f"document.documentElement.dataset.theme !== '{scheme}'")
    assert page.evaluate(CONTRAST.read_text()) == []
    assert trouble == []
    page.close()
