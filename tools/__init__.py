"""What `make` calls. Only the standard library; run from the root of the repository."""

import sys

# Old syntax on purpose: this line must be readable by the Python that it turns away.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "error: Python 3.11 or newer is needed, this is %d.%d (%s). "  # noqa: UP031
        "Name another one: make PYTHON=/path/to/python3.11 ..."
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
