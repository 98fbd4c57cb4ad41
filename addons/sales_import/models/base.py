import copy
import logging

import psycopg2
from psycopg2 import errorcodes

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import spreadsheet

_logger = logging.getLogger(__name__)

# A failing batch is halved until the bad record is alone; small enough that a bad record makes
# few others be saved twice, large enough that good files are saved about as fast as in one go.
BATCH_SIZE = 200


class Base(models.AbstractModel):
    _inherit = "base"

    # ------------------------------------------------------------
    # HOOKS: what the import checks before it writes
    # ------------------------------------------------------------

    @api.model
    def _get_import_required_fields(self, mapped_fields):
        """Hook: fields that may not be empty in a column of the file.

        :param mapped_fields: names of the fields of this model that have a column
        """
        types = ("char", "text", "html", "many2one", "selection", "date", "datetime")
        return {
            name
            for name, field in self._fields.items()
            if field.required and field.type in types and name in mapped_fields
        }

    @api.model
    def _get_import_unique_fields(self):
        """Hook: codes that identify a record: {field: (model, field) where they are stored}."""
        return {}

    @api.model
    def _get_import_max_lengths(self):
        """Hook: the longest text a field takes. One line of text is never a page of it."""
        lengths = {
            name: field.size or 1000 for name, field in self._fields.items() if field.type == "char"
        }
        names = {self._rec_name, *self._get_import_unique_fields()} & lengths.keys()
        return lengths | dict.fromkeys(names, 255)

    @api.model
    def _get_import_problems(self, values_list):
        """Hook: problems that only converted values show, for all records at once.

        :return: list of (position in values_list, name of the field or False, message)
        """
        return []

    @api.model
    def _get_import_template(self):
        """Hook: (names of the fields, example rows) of the template to download."""
        return [], []

    @api.model
    def _prepare_import_templates(self, label):
        return [{"label": label, "template": f"/sales_import/template/{self._name}"}]

    # ------------------------------------------------------------
    # LOAD: core's load(), with the bad records left out
    # ------------------------------------------------------------

    @api.model
    def _convert_records(self, records, *, log=lambda message: None, savepoint):
        report = self.env.context.get("import_report")
        if report is None or report.model_name != self._name:
            return super()._convert_records(records, log=log, savepoint=savepoint)
        return self._convert_checked_records(report, records, savepoint)

    def _convert_checked_records(self, report, records, savepoint):
        """One record at a time, so that each error belongs to one; only good ones come out.

        A record that is bad already is converted too, to find what else is wrong with it -
        unless converting could create the records that it names.
        """
        creates_names = bool(self.env.context.get("name_create_enabled_fields"))
        for position, (record, extras) in enumerate(records):
            start, stop = extras["rows"]["from"], extras["rows"]["to"]
            report.see(start, stop)
            if creates_names and report.is_bad(start, stop):
                report.reject(start, stop)
                continue
            messages = []
            converted = list(
                super()._convert_records(
                    [(record, extras)], log=messages.append, savepoint=savepoint
                )
            )
            for message in messages:
                self._log_import_message(report, message, start, stop)
            if report.is_bad(start, stop):
                report.reject(start, stop)
                continue
            for dbid, xid, values, info in converted:
                yield dbid, xid, values, dict(info, record=position)

    def _log_import_message(self, report, message, start, stop):
        """Attach what a converter says to the cell that it is about."""
        details = message.pop("all_errors", None) or [message]
        for detail in details:
            path = "/".join(detail.get("field_path") or [detail.get("field") or ""])
            column = report.find_column(path) or report.find_column(path.split("/", 1)[0])
            value = detail.get("value")
            index, cell = self._find_import_cell(report, column, value, start, stop)
            core_values = {
                key: detail[key]
                for key in ("field_name", "field_type", "moreinfo")
                if key in detail
            }
            report.add(
                index,
                self._get_import_error_text(detail),
                column,
                cell,
                kind=detail["type"],
                **core_values,
            )

    @staticmethod
    def _find_import_cell(report, column, value, start, stop):
        """The row of a record that holds a value: one2many values lie on several rows."""
        if column is None:
            return start, value
        cells = [(index, report.rows[index][column.index]) for index in range(start, stop + 1)]
        if value:
            for index, cell in cells:
                if cell and str(cell).startswith(str(value)):
                    return index, cell
        return next((pair for pair in cells if pair[1]), cells[0])

    def _get_import_error_text(self, detail):
        if "value" in detail and detail.get("field_type"):
            return self.env._(
                '"%(value)s" was not found for "%(field)s". '
                "Correct the cell, or create the missing record first.",
                value=detail["value"],
                field=detail.get("field_name") or detail.get("field"),
            )
        hint = detail.get("moreinfo")
        if isinstance(hint, list):
            hint = self.env._("Possible values: %s.", ", ".join(map(str, hint[:20])))
        return f"{detail['message']}. {hint}" if isinstance(hint, str) else detail["message"]

    def _load_records(self, data_list, update=False):
        report = self.env.context.get("import_report")
        if report is None or report.model_name != self._name:
            return super()._load_records(data_list, update)
        model = self.with_context(import_report=None)
        data_list = model._drop_import_problems(report, data_list)
        ids = []
        for start in range(0, len(data_list), BATCH_SIZE):
            ids += model._load_import_batch(report, data_list[start : start + BATCH_SIZE], update)
        return self.browse(ids)

    def _drop_import_problems(self, report, data_list):
        """Ask the model about the converted values; answer the records it has nothing against."""
        problems = self._get_import_problems([data["values"] for data in data_list])
        for position, field_name, message in problems:
            rows = data_list[position]["info"]["rows"]
            column = report.find_column(field_name) if field_name else None
            cell = report.rows[rows["from"]][column.index] if column else None
            report.add(rows["from"], message, column, cell)
            report.reject(rows["from"], rows["to"])
        bad = {position for position, _field, _message in problems}
        return [data for position, data in enumerate(data_list) if position not in bad]

    def _load_import_batch(self, report, data_list, update):
        """Save the records; when they fail together, halve them until the bad ones are alone."""
        if report.aborted:
            return []
        # create() may take values apart: a second try needs its own
        attempt = [dict(data, values=copy.deepcopy(data["values"])) for data in data_list]
        try:
            with self.env.cr.savepoint():
                return self._load_records(attempt, update).ids
        except (psycopg2.OperationalError, psycopg2.InternalError):
            # the transaction itself is lost (conflict, lock, timeout): retrying is the caller's
            raise
        except Exception as error:
            if len(data_list) > 1 and not self._is_import_column_missing(report, error):
                middle = len(data_list) // 2
                return self._load_import_batch(
                    report, data_list[:middle], update
                ) + self._load_import_batch(report, data_list[middle:], update)
            self._reject_import_record(report, data_list[0]["info"], error)
        return []

    def _is_import_column_missing(self, report, error):
        """No record can be saved without a value that no column of the file gives."""
        if getattr(error, "pgcode", None) != errorcodes.NOT_NULL_VIOLATION:
            return False
        if error.diag.table_name != self._table or report.find_column(error.diag.column_name):
            return False
        field = self._fields.get(error.diag.column_name)
        label = field.get_description(self.env, ["string"])["string"] if field else False
        report.aborted = self.env._(
            'The file has no column for "%s", which every row needs. Add the column, or map it.',
            label or error.diag.column_name,
        )
        return True

    def _reject_import_record(self, report, info, error):
        column = None
        if isinstance(error, UserError):
            message = str(error)
        elif isinstance(error, psycopg2.Error):
            message = self._sql_error_to_message(error)
            if error.diag.table_name == self._table and error.diag.column_name:
                column = report.find_column(error.diag.column_name)
        else:
            _logger.warning("Import: a record cannot be saved", exc_info=error)
            message = self.env._(
                "This row cannot be saved (%(error)s). Check its values, "
                "or ask your administrator, who finds the details in the server log.",
                error=f"{type(error).__name__}: {error}"[:200],
            )
        rows = info["rows"]
        cell = report.rows[rows["from"]][column.index] if column else None
        report.add(rows["from"], message, column, cell)
        report.reject(rows["from"], rows["to"])

    # ------------------------------------------------------------
    # TEMPLATE
    # ------------------------------------------------------------

    @api.model
    def _get_import_template_file(self):
        """The template in the language of the user; titles are labels, so mapping is automatic."""
        names, examples = self._get_import_template()
        labels = self.fields_get(names, ["string"])
        known = [index for index, name in enumerate(names) if name in labels]
        titles = [labels[names[index]]["string"] for index in known]
        rows = [[row[index] for index in known] for row in examples]
        widths = [max(14, 2 * len(title)) for title in titles]
        return spreadsheet.write_xlsx([titles, *rows], widths=widths)
