"""What one run of an import learns about the rows of the file."""

from collections import defaultdict

from .spreadsheet import column_letter

VALUE_LENGTH = 60


class ImportColumn:
    """A column of the file that is mapped to a field."""

    __slots__ = ("field", "index", "is_reference", "model_name", "path", "prefix")

    def __init__(self, index, path, model_name, field, prefix, is_reference):
        self.index = index
        self.path = path
        self.model_name = model_name
        self.field = field  # None: an identifier of the record or a property
        self.prefix = prefix  # path of the one2many that the column belongs to, '' for the record
        self.is_reference = is_reference  # names another record by external or database id


class ImportReport:
    """Collects the problems of all rows; lives in the context of one execute_import()."""

    def __init__(self, model_name, options):
        self.model_name = model_name
        self.has_headers = bool(options.get("has_headers"))
        self.skip = int(options.get("skip") or 0)
        self.limit = options.get("limit") and int(options["limit"])
        self.columns = []
        self.titles = []
        self.file_rows = []  # every row of the file that has data for a mapped column
        self.rows = []  # those from `skip` on: the positions that load() talks about
        self.end = 0  # where the batch of this run ends in `rows`
        self.last = -1
        self.file_content = None
        self.problems = []
        self.bad_cells = set()  # (position of the row, index of the column)
        self.warnings = []
        self.bad = set()
        self.rejected = set()
        self.aborted = False
        self.matches = {}
        self.creatable_models = {model_name}

    def set_rows(self, file_rows, titles):
        self.titles = titles
        self.file_rows = file_rows
        self.rows = file_rows[self.skip :]
        self.end = len(self.rows)
        if self.limit and self.limit < self.end:
            self.end = self.limit
            while self.end < len(self.rows) and not self.starts_record(self.rows[self.end]):
                self.end += 1

    def starts_record(self, row):
        """False for a row that only continues the record above with one2many values."""
        own = any(row[column.index] for column in self.columns if not column.prefix)
        return own or not any(row[column.index] for column in self.columns if column.prefix)

    def find_column(self, path):
        """The column of a field, or the first that goes through it (country_id/id)."""
        exact = next((column for column in self.columns if column.path == path), None)
        return exact or next(
            (column for column in self.columns if column.path.startswith(f"{path}/")), None
        )

    def add(self, index, message, column=None, value=None, kind="error", **core_values):
        """Note a problem of the row at this position; the first of a cell says enough."""
        cell = (index, column.index) if column is not None else None
        if index >= self.end or cell in self.bad_cells:
            return
        row = self.rows[index]
        problem = {
            **core_values,
            "type": kind,
            "message": message,
            "record": core_values.get("record", index),
            "rows": {"from": self.skip + index, "to": self.skip + index},
            "row": row.number,
            "value": self._shorten(value),
            **self._describe_column(column),
        }
        if kind == "warning":
            self.warnings.append(problem)
        else:
            self.bad.add(index)
            self.problems.append(problem)
            if cell:
                self.bad_cells.add(cell)

    def _describe_column(self, column):
        if column is None:
            return {"field": False, "column": False, "column_title": ""}
        titles = self.titles
        return {
            "field": column.path,
            "field_path": column.path.split("/"),
            "column": column_letter(column.index),
            "column_title": str(titles[column.index]) if column.index < len(titles) else "",
        }

    @staticmethod
    def _shorten(value):
        text = "" if value is None or value is False else str(value)
        return text if len(text) <= VALUE_LENGTH else f"{text[:VALUE_LENGTH]}..."

    def see(self, start, stop):
        self.last = max(self.last, stop)

    def is_bad(self, start, stop):
        return any(index in self.bad for index in range(start, stop + 1))

    def reject(self, start, stop):
        """A record is good or bad as a whole."""
        self.rejected.update(range(start, min(stop + 1, len(self.rows))))

    @property
    def next_row(self):
        """Position in the file where the next batch starts, 0 when nothing is left."""
        following = self.last + 1
        if not self.limit or following < self.limit or following >= len(self.rows):
            return 0
        return following + self.skip

    def get_messages(self):
        problems = sorted(self.problems, key=self._get_sort_key)
        return problems + sorted(self.warnings, key=self._get_sort_key)

    @staticmethod
    def _get_sort_key(problem):
        column = problem["column"] or ""
        return problem["row"] or 0, len(column), column

    def get_rejected_rows(self):
        """{number of the row in the spreadsheet: its problems, as text}, for the download."""
        texts = defaultdict(list)
        for problem in self.problems:
            title = problem["column_title"]
            where = f"{problem['column']} ({title})" if title else problem["column"]
            texts[problem["row"]].append(
                f"{where}: {problem['message']}" if where else problem["message"]
            )
        return {
            str(self.rows[index].number): "\n".join(texts[self.rows[index].number])
            for index in sorted(self.rejected)
        }
