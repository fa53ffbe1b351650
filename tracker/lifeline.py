"""A child that does not outlive its parent, and how to recognise a process again.

Run as a program, `python lifeline.py PARENT COMMAND…`, it becomes that command, tied to its parent.
It is a program of its own since this must happen in the child before its program starts, and is
unsafe between fork and exec of a larger one. Hence the standard library only, and no import of
ours.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
"""Option of Linux's prctl(2): the signal that this process gets when its parent dies."""

POLL_SECONDS = 1.0

IS_LINUX: bool = os.uname().sysname == "Linux"


def die_with_parent(signal_number: int = signal.SIGTERM, parent: int | None = None) -> None:
    """Have this process get a signal when its parent ends, however that ends.

    On Linux the kernel sends it, also to the program that this process becomes by exec; elsewhere
    a thread looks after the parent once a second.

    Args:
        signal_number: what to get.
        parent: process id of the parent as the parent knows it, which closes the gap in which it
            dies before this call; None: whatever it is now.
    """
    expected = os.getppid() if parent is None else parent
    if IS_LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(expected, signal_number), daemon=True).start()
    if os.getppid() != expected:
        os.kill(os.getpid(), signal_number)


def start_mark(pid: int) -> str | None:
    """Something that tells one process from a later one of the same id: when it started.

    Returns:
        an opaque text; None: there is no such process (or it has ended and only waits to be read).
    """
    if IS_LINUX:
        return _linux_start_mark(pid)
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return None if not answer or answer.startswith("Z") else answer.partition(" ")[2].strip()


def _linux_start_mark(pid: int) -> str | None:
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()  # the name before it may have blanks
    except OSError:
        return None
    state, started = fields[0], fields[19]
    return None if state in ("Z", "X") else started


def _watch(parent: int, signal_number: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal_number)


def become(parent: int, *command: str) -> None:
    """Leave the terminal's group (its Ctrl-C is the parent's to handle), and become the command."""
    os.setsid()
    die_with_parent(parent=parent)
    os.execv(command[0], command)


if __name__ == "__main__":
    become(int(sys.argv[1]), *sys.argv[2:])
