"""make bench: each comparison with plain Odoo, as one table. Figures go to docs/benchmarks.md.

Names of modules of this package (make bench ONLY="customer_search") measure only these.
"""

import os
import sys

from tools.console import ToolError
from tools.environment import ensure_environment
from tools.postgres import open_server
from tools.testing_database import Databases

from . import (
    availability_scale,
    customer_import,
    customer_recycle,
    customer_search,
    customer_tier,
    customer_timeline,
    document_export,
    hot_product,
    long_order,
    quotation_lines,
)

BENCHMARKS = (
    long_order,
    hot_product,
    availability_scale,
    customer_import,
    customer_search,
    customer_recycle,
    customer_tier,
    customer_timeline,
    document_export,
    quotation_lines,
)


def print_table(title, columns, rows):
    widths = [max(len(str(row[n])) for row in [columns, *rows]) for n in range(len(columns))]
    print(f"\n{title}")
    for row in [columns, ["-" * width for width in widths], *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)))


def make_settings():
    """PostgreSQL gets a quarter of the memory, as docs/production.md says."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"shared_buffers": f"'{memory // 4 >> 20}MB'"}


def get_benchmarks(names):
    """Return the benchmarks with these names, or all; raise ToolError for an unknown name."""
    known = {benchmark.__name__.rpartition(".")[2]: benchmark for benchmark in BENCHMARKS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ToolError(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in names] or BENCHMARKS


def main(names):
    benchmarks = get_benchmarks(names)
    environment = ensure_environment(dev=True)
    failed = 0
    settings = make_settings()
    with open_server(environment, name="bench", fast=True, settings=settings) as postgres:
        databases = Databases(environment, postgres)
        template = databases.ensure_template()
        for benchmark in benchmarks:
            title, columns, rows, holds = benchmark.measure(databases, template)
            print_table(title, columns, rows)
            failed += not holds
    print(f"\n{len(benchmarks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ToolError as error:
        sys.exit(f"make bench: {error}")
