"""`make setup`: only the environment, for an editor or a continuous integration cache."""

from __future__ import annotations

import sys

from . import console
from .environment import ensure_environment


def main() -> None:
    environment = ensure_environment(dev="--dev" in sys.argv[1:])
    console.say(f"ready: {environment.python} (Odoo: {environment.odoo_root})")


if __name__ == "__main__":
    console.run_main(main)
