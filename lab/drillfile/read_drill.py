"""A drill file -> ``Drill``, or one ``DrillError`` with everything that is wrong with it."""

from collections.abc import Collection
from pathlib import Path

from lab.drillfile.chaos_toolkit import is_experiment
from lab.drillfile.library import check_steps
from lab.drillfile.load_customers import check_customers
from lab.drillfile.load_section import read_load
from lab.drillfile.method import read_steps
from lab.drillfile.model import Drill
from lab.drillfile.problems import DrillError, said
from lab.drillfile.processes import read_processes
from lab.drillfile.read_phases import moments, read_phases
from lab.drillfile.registries import Known, known
from lab.drillfile.roles import Services
from lab.drillfile.search import read_search
from lab.drillfile.sections import (
    check_version,
    read_blast_radius,
    read_bridge,
    read_conditions,
    read_expect,
    read_monitoring,
    read_names,
    read_steady_state,
    read_text,
)
from lab.drillfile.service_settings import read_configuration
from lab.drillfile.source import MOST_BYTES, Value, parse_source
from lab.drillfile.values import Reader
from lab.drillfile.variants import Sections, given_by_all, read_variants
from lab.units import quote, suggest

REQUIRED = ("version", "title", "load", "bridge", "phases", "expect")
OPTIONAL = (
    "description",
    "tags",
    "seed",
    "monitoring",
    "reserve",
    "configuration",
    "steady-state-hypothesis",
    "method",
    "abort-if",
    "blast-radius",
    "rollbacks",
    "search",
    "variants",
)
CELL_SECTIONS = tuple(section for section in REQUIRED if section != "expect")
"""What one of many runs that are compared can't be without: it need not expect anything by itself."""
SUFFIX = ".yaml"
SUFFIXES = (SUFFIX, ".yml", ".json")
"""Of files that a drill may be in: JSON is YAML, too."""


def find_drill(name: str, folder: Path, noun: str = "drill") -> Path:
    """The file of a drill (or what else ``noun`` says lies in the folder), by its name or by its path.

    Raises:
        DrillError: there is none; the nearest names are offered.
    """
    if "/" in name or name.endswith(SUFFIXES):
        path = Path(name)
        if path.is_file():
            return path
        raise DrillError(f"{quote(name)}: no such {noun} file")
    names = sorted(path.stem for path in folder.glob(f"*{SUFFIX}"))
    if name in names:
        return folder / f"{name}{SUFFIX}"
    raise DrillError(f"unknown {noun} {quote(name)} in {folder}{suggest(name, names)}")


def load_drill(
    path: Path,
    using: Known | None = None,
    services: Services | None = None,
    modes: frozenset[str] | None = None,
) -> Drill:
    """Read a drill file.

    Args:
        path: the file; its stem is the drill's name.
        using: the registries of faults, mitigations and policies; default: this lab's.
        services: the roles of the topology by name, where ``using`` is not given; None: any name will do.
        modes: ways in which the shared monitoring plane can see main, alike.

    Raises:
        DrillError: the file can't be read, or something in it is wrong; all of it is named at once.
    """
    return parse_drill(read_content(path), str(path), using or known(services, modes))


def read_content(path: Path) -> bytes:
    """A file's bytes, one more than a drill may have at most.

    Raises:
        DrillError: it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise DrillError(f"{path}: the drill file can't be read: {why}") from error


def parse_drill(content: bytes, file: str, using: Known) -> Drill:
    """Make a drill of a file's bytes; see ``load_drill``."""
    top, problems = parse_source(file, content)
    reader = Reader(problems)
    text = content.decode("utf-8-sig")
    # A search says where the lab tips; its single runs needn't expect anything.
    required = CELL_SECTIONS if "search" in reader.mapping(top) else REQUIRED
    drill = read_drill(reader, top, using, name=Path(file).stem, text=text, required=required)
    if reader.problems and is_experiment(top):
        raise DrillError(
            f"{file}: an experiment of the Chaos Toolkit, not a drill: its actions and probes are not the lab's. "
            "`lab new drill NAME` writes a drill to begin from"
        )
    if reader.problems:
        raise DrillError.of(file, reader.problems)
    whole = Drill.model_validate(drill.resolved())
    return whole.model_copy(update={"notes": tuple(said(file, reader.notes))})


def read_drill(  # noqa: PLR0913  a drill and its name, text and world
    reader: Reader, top: Value, using: Known, *, name: str, text: str, required: Collection[str] = REQUIRED
) -> Drill:
    """A drill of a tree of values. What is wrong goes to the reader: then the drill is not to be used.

    Args:
        reader: where problems go.
        top: the mapping of all sections.
        using: what the drill may name.
        name: the drill's name.
        text: the file as read.
        required: sections that can't be left out; what all variants have may be left out at the top.
    """
    given = given_by_all(reader.part(top, "variants"), required)
    found = reader.keys(top, [key for key in required if key not in given], {*REQUIRED, *OPTIONAL})
    check_version(reader, found.get("version"))
    variants = read_variants(reader, found, (*REQUIRED, *OPTIONAL))
    if not variants:
        return _read(reader, found, name, text, using)
    whole = tuple(_read(reader, one.sections, f"{name}.{one.name}", text, using) for one in variants)
    return whole[0].model_copy(update={"name": name, "variants": whole})


def _read(reader: Reader, found: Sections, name: str, text: str, using: Known) -> Drill:
    """A drill of its sections, without its variants."""
    phases = read_phases(reader, found.get("phases"))
    method = read_steps(reader, found["method"], phases, using) if "method" in found else ()
    when = moments(phases, method)
    drill = Drill.model_construct(
        name=name,
        title=read_text(reader, found.get("title")),
        description=read_text(reader, found.get("description")),
        tags=read_names(reader, found.get("tags")),
        seed=reader.integer(found["seed"]) if "seed" in found else 1,
        load=read_load(reader, found.get("load"), using),
        bridge=read_bridge(reader, found.get("bridge")),
        monitoring=read_monitoring(reader, found.get("monitoring"), using),
        reserve=reader.flag(found["reserve"]) if "reserve" in found else False,
        configuration=read_configuration(reader, found["configuration"], using)
        if "configuration" in found
        else {},
        processes=read_processes(reader, found["configuration"], using) if "configuration" in found else {},
        steady_state=read_steady_state(reader, found.get("steady-state-hypothesis"), when, using),
        phases=phases,
        method=method,
        expect=read_expect(reader, found.get("expect"), when, using, watched="monitoring" in found),
        abort_if=read_conditions(reader, found.get("abort-if"), when, using),
        blast_radius=read_blast_radius(reader, found.get("blast-radius"), using),
        rollbacks=read_steps(reader, found["rollbacks"], (), using, with_phase=False)
        if "rollbacks" in found
        else (),
        search=read_search(reader, found.get("search"), phases),
        text=text,
    )
    check_steps(reader, found, drill, using)
    check_customers(reader, found, drill.load)
    return drill
