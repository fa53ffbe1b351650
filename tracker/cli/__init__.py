"""The command line: `tracker COMMAND`, one file of this folder a command (DESIGN section 9).

A file is named after its command (`read_number.py` is `tracker read-number`, `import_.py` is
`tracker import`) and has a click command named `command`. Only the file of the command that is
called is imported: reading a number must not wait for pandas. Files that begin with `_` are shared.

Standard output carries results only, messages go to standard error. Exit status: 0 done, 1 refused
or failed, 2 wrong usage.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import click

OWN_PACKAGES = ("tracker", "jobs", "spiders")

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class Commands(click.Group):
    """Finds commands in the files of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        files = Path(__file__).parent.glob("[!_]*.py")
        return sorted(path.stem.rstrip("_").replace("_", "-") for path in files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None: there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"tracker.cli.{_file_of(cmd_name).stem}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, from the first lines of their files: importing all of them
        would take seconds.
        """
        rows = [(name, _first_line(_file_of(name))) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _file_of(command: str) -> Path:
    stem = command.replace("-", "_")
    path = Path(__file__).parent / f"{stem}.py"
    return path if path.exists() else path.with_stem(f"{stem}_")  # a word of Python


def _first_line(path: Path) -> str:
    """What a command does: the first line of its file, after "`tracker NAME`: "."""
    line = path.read_text(encoding="utf-8").partition("\n")[0].strip('"')
    return line.partition("`: ")[2] or line


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Which channel and which influencer (达人) earned its money?"""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # names are Chinese whatever the locale says
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        the exit status: a known error is one line on standard error and 1; an error that nobody
        foresaw is raised, since it is a bug and its trace is wanted.
    """
    try:
        result = cli.main(arguments, prog_name="tracker", standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:  # a UsageError among them has exit code 2
        error.show()
        return error.exit_code
    except BrokenPipeError:  # the reader, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if not _is_known(error):
            raise
        click.echo(f"tracker: {_in_one_line(error)}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _is_known(error: Exception) -> bool:
    """Whether an error tells its user enough: our own, and those of files and of the database."""
    if isinstance(error, OSError):
        return True
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if modules & set(OWN_PACKAGES):
        return True
    # Looked up by name: most commands run without a database, and must not load one for this.
    return any(
        f"{kind.__module__}.{kind.__name__}" == "sqlalchemy.exc.OperationalError"
        for kind in type(error).__mro__
    )


def _in_one_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error  # SQLAlchemy adds the statement; the driver's
    return " ".join(str(cause).split()) or type(error).__name__  # own words are enough
