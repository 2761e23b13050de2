"""A retry policy in a small file of its own, as ``lab policy set SERVICE FILE.yaml`` takes it.

policy: [{budget: {ratio: 10%}}, breaker]       # as in a drill: text, a list, or a mapping
"""

from pathlib import Path

from lab.drillfile.named_settings import read_policy
from lab.drillfile.problems import DrillError
from lab.drillfile.read_drill import SUFFIX, read_content
from lab.drillfile.registries import known
from lab.drillfile.source import parse_source
from lab.drillfile.values import Reader


def policy_text(given: str) -> str:
    """The text of a policy that is given as such, or as the name of a file that holds it.

    Raises:
        DrillError: the file can't be read, or holds no policy; says where, what is near and what is valid.
    """
    if not given.endswith((SUFFIX, ".yml")):
        return given
    top, problems = parse_source(given, read_content(Path(given)))
    reader = Reader(problems)
    found = reader.keys(top, ("policy",))
    text = read_policy(reader, found["policy"], known()) if "policy" in found else ""
    if reader.problems:
        raise DrillError.of(given, reader.problems)
    return text
