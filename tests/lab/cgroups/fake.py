"""Control groups as a kernel shows them, in a folder of a test's own."""

from pathlib import Path


class FakeCgroups:
    """``proc`` is /proc as this process sees it. Each method puts files where one version has them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.proc = folder / "fs", folder / "proc"
        (self.proc / "self").mkdir(parents=True)

    def v2(self, inside: str, root: str = "/") -> None:
        """One hierarchy. ``inside`` is the path of this process in it; ``root`` what of it is mounted."""
        self._say([f"0::{inside}"], [f"41 31 0:38 {root} {self.folder} rw - cgroup2 cgroup2 rw"])

    def v1(self, **inside: str) -> None:
        """One hierarchy a controller, with the path of this process in each."""
        lines = [f"{n}:{name}:{path}" for n, (name, path) in enumerate(inside.items())]
        mounts = [f"32 31 0:29 / {self.folder}/{name} rw - cgroup cgroup rw,{name}" for name in inside]
        self._say(lines, mounts)

    def put(self, group: str, **files: str | int) -> None:
        """Files of a group; ``__`` in a name stands for the dot."""
        folder = self.folder / group
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name.replace("__", ".", 1)).write_text(f"{content}\n")

    def _say(self, lines: list[str], mounts: list[str]) -> None:
        (self.proc / "self" / "cgroup").write_text("".join(f"{line}\n" for line in lines))
        (self.proc / "self" / "mountinfo").write_text("".join(f"{mount}\n" for mount in mounts))
