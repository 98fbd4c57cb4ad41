from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import LazyTranslate
from odoo.tools.misc import str2bool

from odoo.addons.base_import.models.base_import import ImportValidationError

from ..tools import spreadsheet
from ..tools.report import ImportColumn, ImportReport

_lt = LazyTranslate(__name__)

DATE_TYPES = ("date", "datetime", "char", "text", "html", "properties")
FILE_ERRORS = {
    "not_xlsx": _lt(
        "This file is not an Excel workbook (.xlsx), or it is damaged. "
        "Open it in Excel, save it as an Excel workbook and try again."
    ),
    "too_big": _lt("The file is larger than %(limit)s MB. Split it into several files."),
    "too_big_unpacked": _lt(
        "The file unpacks to more than %(limit)s MB. Split it into several files, "
        "and remove pictures and unused sheets."
    ),
    "too_many_columns": _lt(
        "Row %(row)s has more than %(limit)s columns. Delete the columns that are not needed."
    ),
    "too_many_rows": _lt("The sheet has more than %(limit)s rows. Split it into several files."),
}
PROBLEM_TITLE = _lt("Problem (not imported)")


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"

    rejected_rows = fields.Json()
    rejected_options = fields.Json()

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    def _read_file(self, options):
        report = self.env.context.get("import_report")
        if report is not None and report.file_content:
            return report.file_content
        length, rows = super()._read_file(options)
        if not rows or (options.get("has_headers") and len(rows) < 2):
            raise ImportValidationError(
                self.env._(
                    "There are no rows to import in this file. "
                    "If it has several sheets, choose the one with the data."
                )
            )
        if report is not None:
            report.file_content = length, rows
        return length, rows

    def _read_xlsx(self, options):
        try:
            names, name, rows = spreadsheet.read_xlsx(self.file or b"", options.get("sheet"))
        except spreadsheet.SpreadsheetError as error:
            message = str(self.env._(FILE_ERRORS[error.code])) % error.values
            raise ImportValidationError(message) from error
        options.update(sheets=names, sheet=name)
        return len(rows), rows

    def _read_xls_book(self, book, sheet_name):
        rows = spreadsheet.read_xls_sheet(book, sheet_name)
        return len(rows), rows

    def _read_csv(self, options):
        result = super()._read_csv(options)  # finds out encoding and separator
        if not result:
            return 0, []
        text = self.file.decode(options["encoding"])
        rows = spreadsheet.read_csv(text, options.get("separator") or ",", options["quoting"])
        return len(rows), rows

    def _read_ods(self, options):
        _length, rows = super()._read_ods(options)
        rows = spreadsheet.number_text_rows(rows)
        return len(rows), rows

    # ------------------------------------------------------------
    # IMPORT
    # ------------------------------------------------------------

    def execute_import(self, fields, columns, options, dryrun=False):
        """Report every problem of every row, and with ``skip_invalid_rows`` load the others.

        Messages keep core's keys and have ``row`` (number in the spreadsheet), ``column``
        (letter), ``column_title`` and ``value``. ``report`` sums up; the rejected rows can be
        downloaded from ``/sales_import/rejected/<id>``.
        """
        self.ensure_one()
        refusal = self._get_import_refusal(fields)
        if refusal:
            return refusal
        report = ImportReport(self.res_model, options)
        report.columns = self._get_import_columns(fields)
        report.creatable_models |= {column.model_name for column in report.columns}
        savepoint = self.env.cr.savepoint()
        checked_self = self.with_context(import_report=report)
        result = super(BaseImport, checked_self).execute_import(
            fields, columns, dict(options), dryrun
        )
        keep = not report.aborted and (not report.problems or _is_set(options, "skip_invalid_rows"))
        savepoint.close(rollback=not keep and not dryrun)
        self.env.invalidate_all(flush=False)
        if not keep:
            self.pool.clear_all_caches()
            self.pool.reset_changes()
        if "ids" not in result:
            return result  # the file as a whole is refused: core's message says why
        if report.aborted:
            return self._prepare_file_error(report.aborted)
        self._save_rejected_rows(report, options)
        return self._complete_result(result, report, keep, dryrun)

    def _get_import_refusal(self, import_fields):
        """Say at once that the user may not create these records, not once per row."""
        updates = {"id", ".id"} & set(import_fields)
        if updates:
            return None
        try:
            self.env[self.res_model].check_access("create")
        except AccessError as error:
            return self._prepare_file_error(str(error))
        return None

    @api.model
    def _prepare_file_error(self, message):
        error = dict(vars(ImportValidationError(message)), rows=False)
        return {"ids": False, "messages": [error], "nextrow": 0, "name": []}

    def _complete_result(self, result, report, keep, dryrun):
        loaded = len(result["ids"] or []) if keep else 0
        if not keep:
            result["ids"] = False
        result["messages"] = [*report.get_messages(), *result["messages"]]
        result["nextrow"] = report.next_row
        result["report"] = {
            "import_id": self.id,
            "dryrun": bool(dryrun),
            "loaded": loaded,
            "rejected": len(report.rejected),
            "problems": len(report.problems),
            "rows": report.last + 1,
        }
        return result

    # ------------------------------------------------------------
    # THE COLUMNS AND ROWS OF THIS RUN
    # ------------------------------------------------------------

    @api.model
    def _get_import_columns(self, import_fields):
        """What each mapped column of the file means."""
        paths = [(index, path) for index, path in enumerate(import_fields) if path]
        return [self._get_import_column(index, path) for index, path in paths]

    def _get_import_column(self, index, path):
        model, prefix = self.env[self.res_model], []
        *parents, name = path.split("/")
        for parent in parents:
            field = model._fields.get(parent)
            if field is None or field.type != "one2many":
                # country_id/id: the column names a record, whatever the last part is
                return ImportColumn(index, path, model._name, field, "/".join(prefix), True)
            model = self.env[field.comodel_name]
            prefix.append(parent)
        field = model._fields.get(name) if name not in ("id", ".id") else None
        return ImportColumn(index, path, model._name, field, "/".join(prefix), False)

    @api.model
    def _convert_import_data(self, fields, options):
        data, import_fields = super()._convert_import_data(fields, options)
        report = self.env.context.get("import_report")
        if report is not None:
            self._set_report_rows(report, options)
        return data, import_fields

    def _set_report_rows(self, report, options):
        """Keep the rows that base_import keeps, at the same positions."""
        _length, rows = self._read_file(options)
        titles = rows[0] if report.has_headers else []
        rows = rows[1:] if report.has_headers else rows
        indices = [column.index for column in report.columns]
        report.set_rows([row for row in rows if any(row[index] for index in indices)], titles)

    def _parse_import_data(self, data, import_fields, options):
        report = self.env.context.get("import_report")
        if report is not None:
            self._check_import_rows(report)
            self._unify_bad_cells(report, data)
        return super()._parse_import_data(data, import_fields, options)

    @staticmethod
    def _unify_bad_cells(report, data):
        """Make text of the dates that were reported: base_import would trip over them.

        The cell stays filled, for empty cells decide which rows belong to one record.
        """
        places = {column.index: place for place, column in enumerate(report.columns)}
        for index, column_index in report.bad_cells:
            place = places[column_index]
            data[index][place] = str(data[index][place])

    def _parse_float_from_data(self, data, index, name, options):
        return self._parse_each_line(super()._parse_float_from_data, data, index, name, options)

    def _parse_date_from_data(self, data, index, name, field_type, options):
        return self._parse_each_line(
            super()._parse_date_from_data, data, index, name, field_type, options
        )

    def _parse_each_line(self, parse, data, index, name, *args):
        """Core stops at the first bad value of the file: go on, and know the row of each."""
        report = self.env.context.get("import_report")
        if report is None:
            return parse(data, index, name, *args)
        column = report.columns[index]
        for position, line in enumerate(data[: report.end]):
            value = line[index]
            try:
                parse([line], index, name, *args)
            except ImportValidationError:
                line[index] = str(value)
                report.add(position, self._get_parse_message(column, value), column, value)
        return data

    def _get_parse_message(self, column, value):
        label = column.field._description_string(self.env)
        if column.field.type in ("date", "datetime"):
            return self.env._(
                '"%(value)s" is not a date. Write "%(field)s" as a date cell, '
                "or in the same way as the other rows.",
                value=value,
                field=label,
            )
        return self.env._(
            '"%(value)s" is not a number. Write a number in "%(field)s", without words or units.',
            value=value,
            field=label,
        )

    # ------------------------------------------------------------
    # CHECKS OF THE CELLS
    # ------------------------------------------------------------

    def _check_import_rows(self, report):
        lengths, required = {}, {}
        for column in report.columns:
            model = self.env[column.model_name]
            if column.field is not None and not column.is_reference:
                lengths[column.path] = model._get_import_max_lengths().get(column.field.name)
                required[column.path] = column.field.name in model._get_import_required_fields(
                    self._get_sibling_names(report, column)
                )
        for index, row in enumerate(report.rows[: report.end]):
            for column in report.columns:
                message = self._get_cell_problem(row, column, lengths.get(column.path))
                if not message and required.get(column.path):
                    message = self._get_empty_problem(report, row, column)
                if message:
                    report.add(index, message, column, row[column.index])
        self._check_unique_codes(report)

    @staticmethod
    def _get_sibling_names(report, column):
        return {
            sibling.field.name
            for sibling in report.columns
            if sibling.prefix == column.prefix and sibling.field is not None
        }

    def _get_cell_problem(self, row, column, max_length):
        value = row[column.index]
        kind, text = row.flags.get(column.index, (None, value))
        if kind == spreadsheet.ERROR:
            return self.env._("The cell shows the error %s. Correct it in the spreadsheet.", text)
        if kind == spreadsheet.FORMULA or spreadsheet.is_formula_text(value):
            return self.env._(
                "The cell is a formula: %s. Replace it by its value "
                "(copy, then paste special: values).",
                str(text)[:80],
            )
        if not isinstance(value, str):
            if column.field is None or column.field.type not in DATE_TYPES:
                return self.env._("The cell is a date. Format the cell as text or number.")
        elif max_length and len(value) > max_length:
            return self.env._(
                'The text has %(length)s characters; "%(field)s" takes %(limit)s. Shorten it.',
                length=len(value),
                limit=max_length,
                field=column.field._description_string(self.env),
            )
        return None

    def _get_empty_problem(self, report, row, column):
        value = row[column.index]
        if not isinstance(value, str) or value.strip():
            return None
        if column.prefix:
            given = any(
                row[other.index]
                for other in report.columns
                if other.prefix.startswith(column.prefix)
            )
        else:
            given = report.starts_record(row)
        if not given:
            return None
        return self.env._(
            '"%s" is empty. Every row needs it.', column.field._description_string(self.env)
        )

    # ------------------------------------------------------------
    # CODES THAT MUST BE UNIQUE
    # ------------------------------------------------------------

    def _check_unique_codes(self, report):
        for key, columns in self._get_unique_columns(report).items():
            first_rows = self._get_first_rows(report, columns)
            used = self._get_used_codes(report, key, columns)
            for index, row in enumerate(report.rows[: report.end]):
                for column in columns:
                    code = _get_code(row, column)
                    message = code and self._get_duplicate_problem(
                        report, row, column, first_rows[code], used.get(code)
                    )
                    if message:
                        report.add(index, message, column, code)

    def _get_unique_columns(self, report):
        unique_columns = {}
        for column in report.columns:
            if column.field is not None and not column.is_reference:
                unique = self.env[column.model_name]._get_import_unique_fields()
                if column.field.name in unique:
                    unique_columns.setdefault(unique[column.field.name], []).append(column)
        return unique_columns

    @staticmethod
    def _get_first_rows(report, columns):
        """{code: (row, column) that has it first}, over the whole file, not only this batch."""
        first_rows = {}
        for row in report.file_rows:
            for column in columns:
                first_rows.setdefault(_get_code(row, column), (row, column))
        return first_rows

    def _get_used_codes(self, report, key, columns):
        """{code: records that have it}, of those that the user may see."""
        model_name, field_name = key
        codes = {_get_code(row, column) for row in report.rows[: report.end] for column in columns}
        records = (
            self.env[model_name]
            .with_context(active_test=False)
            .search([(field_name, "in", list(codes - {""}))])
        )
        return records.grouped(field_name)

    def _get_duplicate_problem(self, report, row, column, first, used):
        label = column.field._description_string(self.env)
        first_row, first_column = first
        if (first_row, first_column) != (row, column) and first_row.number != row.number:
            return self.env._(
                '"%(field)s" is the same as in row %(row)s. Keep one of the two.',
                field=label,
                row=first_row.number,
            )
        if used and not self._updates_record(report, row, column, used):
            return self.env._(
                '"%(field)s" already belongs to %(record)s. '
                "Use another code, or leave this row out.",
                field=label,
                record=used[0].display_name,
            )
        return None

    def _updates_record(self, report, row, column, used):
        """The row names by identifier the very record that has the code."""
        names = {"id", ".id"}
        prefix = f"{column.prefix}/" if column.prefix else ""
        for other in report.columns:
            if other.path.removeprefix(prefix) in names and row[other.index]:
                record_id = self._get_identified_id(other.path, row[other.index])
                return record_id in self._get_owner_ids(column.model_name, used)
        return False

    def _get_identified_id(self, path, value):
        if path.endswith(".id"):
            return int(value) if str(value).isdigit() else False
        xmlid = value if "." in value else f"__import__.{value}"
        _model, record_id = self.env["ir.model.data"]._xmlid_to_res_model_res_id(xmlid)
        return record_id

    @staticmethod
    def _get_owner_ids(model_name, records):
        """The codes of a product template are stored on its variants."""
        if records._name == "product.product" and model_name == "product.template":
            return records.product_tmpl_id.ids
        return records.ids

    # ------------------------------------------------------------
    # MAPPING AND REJECTED ROWS
    # ------------------------------------------------------------

    def _get_mapping_suggestion(self, header, fields_tree, header_types, mapping_fields):
        """The column that the file of rejected rows adds is for reading only."""
        langs = {"en_US", *dict(self.env["res.lang"].get_installed())}
        titles = {self.with_context(lang=lang)._get_problem_title() for lang in langs}
        if header in titles:
            return {}
        if "/" in header:
            # core takes it for a path, but "Lot/Serial Number" is one label
            match = self._match_whole_label(header, fields_tree)
            if match:
                return match
        return super()._get_mapping_suggestion(header, fields_tree, header_types, mapping_fields)

    def _match_whole_label(self, header, fields_tree):
        fields_model = self.with_context(lang="en_US").env["ir.model.fields"]
        for field in fields_tree:
            labels = {field["string"]}
            if field.get("model_name"):
                labels.add(fields_model.get_field_string(field["model_name"]).get(field["name"]))
            if header.casefold() in {label.casefold() for label in labels if label}:
                return {"field_path": [field["name"]], "distance": 0}
        return None

    @api.model
    def _get_problem_title(self):
        return self.env._(PROBLEM_TITLE)

    def _save_rejected_rows(self, report, options):
        """Remember them for the download; later batches of the same file add theirs."""
        append = _is_set(options, "report_append")
        rejected = (append and self.rejected_rows) or {}
        self.rejected_rows = {**rejected, **report.get_rejected_rows()}
        keys = ("sheet", "encoding", "separator", "quoting", "has_headers")
        self.rejected_options = {key: options[key] for key in keys if key in options}

    def _get_rejected_file(self):
        """The rejected rows as they were, with what is wrong in an additional column."""
        self.ensure_one()
        options = dict(self.rejected_options or {})
        _length, rows = self._read_file(options)
        rejected = self.rejected_rows or {}
        width = max(map(len, rows))
        lines = [
            [*_get_raw_values(row, width), rejected[str(row.number)]]
            for row in rows
            if str(row.number) in rejected
        ]
        has_headers = bool(options.get("has_headers"))
        if has_headers:
            titles = [str(title) for title in rows[0]] + [""] * (width - len(rows[0]))
            lines.insert(0, [*titles, self._get_problem_title()])
        widths = [16] * width + [80]
        return spreadsheet.write_xlsx(lines, bold_first=has_headers, widths=widths)


def _is_set(options, name):
    value = options.get(name)
    return str2bool(value, False) if isinstance(value, str) else bool(value)


def _get_code(row, column):
    value = row[column.index]
    return value.strip() if isinstance(value, str) else ""


def _get_raw_values(row, width):
    raw = list(row if row.raw is None else row.raw)
    return raw + [None] * (width - len(raw))
