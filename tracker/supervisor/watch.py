"""Notice that the program was edited (`tracker up --reload`, for developers)."""

from __future__ import annotations

from pathlib import Path

WATCHED = ("app.py", "tracker", "jobs", "spiders", "templates", "translations")
ENDINGS = {".py", ".html", ".toml", ".mo"}


class Watch:
    """Looks at the program's files. Asking costs some milliseconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._look()

    def changed(self) -> bool:
        """Whether a file came, went or was written since the last call."""
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def _look(self) -> dict[Path, float]:
        seen: dict[Path, float] = {}
        for name in WATCHED:
            top = self._folder / name
            for path in [top] if top.is_file() else top.rglob("*"):
                if path.suffix in ENDINGS:
                    try:
                        seen[path] = path.stat().st_mtime
                    except FileNotFoundError:  # an editor replaced it just now
                        continue
        return seen
