"""What a run was made with, beside its journal: the drill as resolved, packages and tools."""

import json
import shutil
from importlib.metadata import distributions

from lab.runs.folder import RunFolder, RunFolderError
from lab.session.request import Request


def save_environment(request: Request, folder: RunFolder, host: RunFolder | None = None) -> None:
    """Write ``drill.yaml`` and ``environment.json``, and of a run on a lab with others which lab that is.

    Raises:
        RunFolderError: they can't be written; says where and what to do.
    """
    drill = request.drill
    resolved = f"# as resolved: seed {drill.seed}, rate {drill.load.rate_rps:g} /s\n"
    facts = {
        "schema": 1,
        "runtime_asked": request.runtime,
        "seed": drill.seed,
        "rate_rps": drill.load.rate_rps,
        "packages": {d.metadata["Name"]: d.version for d in distributions()},
        "tools": {name: bool(shutil.which(name)) for name in ("docker", "go", "ss")},
    }
    try:
        (folder.path / "drill.yaml").write_text(resolved + drill.text)
        if host is not None:
            folder.host.write_text(str(host.path))
        (folder.path / "environment.json").write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n")
    except OSError as error:
        raise RunFolderError(
            f"the run folder {folder.path} can't be written: {error.strerror or error}. "
            "Free some space or choose another folder with --out DIR."
        ) from error
