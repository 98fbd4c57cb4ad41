"""The tables of the demo company: one CSV file per subject, beside this module."""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def read_table(name):
    """Return the rows of ``<name>.csv`` as a tuple of dicts. Their key becomes the XML id."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))
