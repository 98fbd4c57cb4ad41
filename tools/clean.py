"""`make clean`: stop what still runs and remove everything that was made at run time."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from . import console
from .console import ToolError, say, step
from .environment import REPOSITORY, state_folder
from .postgres import fallback_folder, remove_clusters


def _is_ours(state: Path) -> bool:
    """Never remove a folder that something else may live in."""
    marks = ("ready.json", "setup.lock", "venv", "odoo-19", "postgres", "log")
    return state not in REPOSITORY.parents and any((state / mark).exists() for mark in marks)


def _check_unused(state: Path) -> None:
    for lock in [
        *state.glob("postgres/*/users.lock"),
        *fallback_folder(state).glob("*/users.lock"),
    ]:
        with lock.open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ToolError(
                    "something still runs here (make run, make test): stop it first (Ctrl-C)."
                ) from error


def main() -> None:
    state = state_folder()
    _check_unused(state)
    remove_clusters(state)
    if not state.exists():
        say("nothing to remove.")
        return
    if not _is_ours(state) or state == REPOSITORY:
        raise ToolError(f"{state} does not look like the state folder: remove it by hand.")
    with step(f"Removing {state}"):
        shutil.rmtree(state)


if __name__ == "__main__":
    console.run_main(main)
