"""What the lab reads out of a Compose file, and what it refuses."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from chaos.mark import LABEL
from lab.topology import TopologyError, load_topology
from lab.topology.container_only import CONTAINER_ONLY

ROOT = Path(__file__).resolve().parents[3]
TINY = """\
name: tiny
services:
  a:
    command: [python, -m, http.server]
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "compose.yaml"
    file.write_text(text)
    return file


def refusal(folder: Path, text: str) -> TopologyError:
    with pytest.raises(TopologyError) as caught:
        load_topology(write(folder, text))
    return caught.value


def service(lines: str) -> str:
    return TINY + "".join(f"    {line}\n" for line in lines.splitlines())


@pytest.mark.slow
def test_the_labs_own_file_is_read() -> None:
    """Every service, in an order in which each finds what it depends on."""
    topology = load_topology(ROOT / "compose" / "compose.yaml", {"BRIDGE_QUEUE": "77"})
    order = topology.start_order()
    assert set(order) >= {"edge", "storefront", "bridge", "router", "auth", "load"}
    for name in order:
        assert all(order.index(needed) < order.index(name) for needed in topology.services[name].depends_on)
    assert topology.services["bridge"].listen_queue == 77
    assert topology.services["auth"].named_ports == {"data": 8080, "control": 9000}
    assert topology.services["bridge"].named_ports == {"data": 3128, "api": 8474}
    assert topology.services["router"].names == ("router", "router-link")


@pytest.mark.slow
def test_all_that_the_engine_makes_carries_the_runs_label() -> None:
    """Containers, networks and volumes: what has no label is undetermined from another owner's."""
    content = YAML(typ="safe").load(ROOT / "compose" / "compose.yaml")
    made = [thing for kind in ("services", "networks", "volumes") for thing in content.get(kind, {}).values()]
    assert len(made) > 8
    assert {thing.get("labels", {}).get(LABEL) for thing in made} == {"${LAB_RUN:-by-hand}"}


def test_own_keys_outrank_merged_ones_and_lines_stay_right(tmp_path: Path) -> None:
    """`<<` brings in what is missing; a mistake in the anchor is reported where the anchor stands."""
    text = (
        "name: t\nx-base: &base\n  command: [python]\n  expose: ['1']\n"
        "services:\n  a:\n    <<: *base\n    expose: ['2']\n"
    )
    assert load_topology(write(tmp_path, text)).services["a"].expose == (2,)
    wrong = refusal(tmp_path, text.replace("  command: [python]", "  commnad: [python]"))
    assert wrong.line == 3
    assert "Did you mean `command`?" in wrong.remedy


@pytest.mark.parametrize(
    ("lines", "line", "shown"),
    [
        ("privileged: true", 5, "`services.a.privileged` is outside"),
        ("environment: [A=1]", 5, "`services.a.environment` is no mapping"),
        ("environment:\n  A: yes\n  B: 0.5", 7, "quote it"),
        ("environment:\n  A:", 6, "quote it"),
        ("expose: ['80-90']", 5, "is no port"),
        ("expose: ['70000']", 5, "is no port"),
        ("ports: ['8080:8080']", 5, "127.0.0.1::9000"),
        ("ports: ['0.0.0.0::9000']", 5, "127.0.0.1::9000"),
        ("healthcheck: {test: [CMD-SHELL, 'exit 0']}", 5, "is no GET of a URL"),
        ("healthcheck: {test: [CMD, curl, 'http://x:1/'], interval: 1}", 5, "is no duration"),
        ("depends_on: [b]", 5, "`services.a.depends_on` is no mapping"),
        ("depends_on: {b: {condition: service_started}}", 5, "there is no service `b`"),
        ("networks: [main]", 5, "there is no network `main`"),
        ("secrets: [token]", 5, "there is no secret `token`"),
        ("environment: {A: '${MISSING}'}", 5, "the variable `MISSING` has no value"),
        ("environment: {A: '${X:?no}'}", 5, "a form that the lab does not interpret"),
        ("environment: {A: $X}", 5, "a form that the lab does not interpret"),
        ("volumes: ['a:b:c:d']", 5, "volumes"),
        ("command: [again]", 5, "stands here twice"),
        ("expose: [", 6, "not valid YAML"),
    ],
)
def test_what_is_outside_of_the_subset_is_refused_with_its_line(
    tmp_path: Path, lines: str, line: int, shown: str
) -> None:
    """File, line, what is wrong, and what to write instead."""
    error = refusal(tmp_path, service(lines))
    assert error.line == line
    assert shown in str(error)
    assert str(error).startswith(f"{tmp_path / 'compose.yaml'}:{line}: ")
    assert error.remedy


def test_a_command_as_text_is_refused(tmp_path: Path) -> None:
    """Compose would split it like a shell; the lab has no shell."""
    error = refusal(tmp_path, "name: t\nservices:\n  a:\n    command: python -m x\n")
    assert "no list" in str(error)
    assert error.line == 4


def test_a_service_without_a_command_is_refused(tmp_path: Path) -> None:
    """An image's default command is known to the engine only."""
    assert "has no command" in str(refusal(tmp_path, "name: t\nservices:\n  a:\n    expose: ['1']\n"))


def test_what_waits_for_itself_is_refused(tmp_path: Path) -> None:
    """A circle of dependencies names its members."""
    text = TINY + "    depends_on: {b: {condition: service_started}}\n"
    text += "  b:\n    command: [python]\n    depends_on: {a: {condition: service_started}}\n"
    error = refusal(tmp_path, text)
    assert "in a circle" in str(error)
    assert "a -> b" in str(error) or "b -> a" in str(error)


def test_waiting_for_health_needs_a_health_check(tmp_path: Path) -> None:
    """Else the start would hang in one runtime and fail in the other."""
    text = TINY + "  b:\n    command: [python]\n    depends_on: {a: {condition: service_healthy}}\n"
    assert "has no `healthcheck`" in str(refusal(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}", "=", "2001-99-99", "!!x 1", "a: *b"]
)
def test_odd_yaml_is_an_error_in_words(tmp_path: Path, text: str) -> None:
    """Anchors in themselves, unknown tags, impossible dates."""
    assert refusal(tmp_path, text).remedy


def test_a_missing_file_is_an_error_without_traceback(tmp_path: Path) -> None:
    """It names the path."""
    with pytest.raises(TopologyError, match="can't be read"):
        load_topology(tmp_path / "nothing.yaml")


@pytest.mark.parametrize("text", ["", "- a list\n", "just text\n"])
def test_a_file_that_is_no_compose_file_is_refused(tmp_path: Path, text: str) -> None:
    """Empty, a list or a text."""
    assert "no Compose file" in str(refusal(tmp_path, text))


def test_variables_come_from_the_caller_then_dotenv_then_the_default(tmp_path: Path) -> None:
    """And `$$` is a dollar sign; an empty value takes the default, as Compose has it for `:-`."""
    (tmp_path / ".env").write_text("A=file\nB=file\nEMPTY=\n")
    values = "{A: '${A}', B: '${B}', C: '${C:-default}', D: '$${A}', E: '${EMPTY:-default}', F: 'x${EMPTY}x'}"
    found = load_topology(write(tmp_path, service(f"environment: {values}")), {"A": "caller"}).services["a"]
    assert dict(found.environment) == {
        "A": "caller", "B": "file", "C": "default", "D": "${A}", "E": "default", "F": "xx",
    }  # fmt: skip


def test_container_only_keys_are_left_out_variables_and_all(tmp_path: Path) -> None:
    """What only an engine needs may use variables that no one set here."""
    load_topology(write(tmp_path, service("image: ${NOBODY_SET_THIS}\nuser: '1:1'")))
    assert all(reason for reason in CONTAINER_ONLY.values())


def test_profiles_enable_services(tmp_path: Path) -> None:
    """As with Compose: by COMPOSE_PROFILES."""
    file = write(tmp_path, TINY + "  b:\n    command: [python]\n    profiles: [more]\n")
    assert load_topology(file).start_order() == ("a",)
    assert load_topology(file, {"COMPOSE_PROFILES": "x,more"}).start_order() == ("a", "b")


def test_health_checks_and_mounts(tmp_path: Path) -> None:
    """A URL with its deadline; a path relative to the file, or a named volume."""
    text = (
        "healthcheck: {test: [CMD, curl, -f, 'http://127.0.0.1:80/x'], interval: 500ms, retries: 4}\n"
        "volumes: ['./f:/etc/f:ro', 'data:/data']"
    )
    found = load_topology(write(tmp_path, service(text) + "volumes: {data: }\n")).services["a"]
    assert found.health is not None
    assert (found.health.url, found.health.deadline_s) == ("http://127.0.0.1:80/x", 2.0)
    assert [m.target for m in found.mounts] == ["/etc/f", "/data"]
    assert found.mounts[0].source == tmp_path / "f"
    assert found.mounts[0].read_only
    assert found.mounts[1].volume == "data"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Nothing but a TopologyError ever comes out of a bad file."""
    file = tmp_path_factory.mktemp("t") / "compose.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(TopologyError):
        load_topology(file)
