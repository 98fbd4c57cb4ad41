"""What a document is, as plain data: taken when it is asked about, compared ever after."""

from odoo import api, fields, models

from ..tools.approval_delta import NEUTRAL, get_changes, get_worse


class SalesApprovalMixin(models.AbstractModel):
    _inherit = "sales.approval.mixin"

    def _get_approval_snapshots(self):
        """Give what is guarded of each document, with its lines and measures.

        :return: {document id: snapshot}, see ``tools/approval_delta.py``
        """
        return {document.id: document._get_approval_snapshot() for document in self.sudo()}

    def _get_approval_snapshot(self):
        lines = self._get_approval_lines()
        return {
            "document": _get_values(self, self._get_approval_guarded_fields()),
            "lines": {
                str(line.id): _get_values(line, line._get_approval_guarded_fields())
                for line in lines
            },
            "measures": self._get_approval_measures(),
        }

    @api.model
    def _get_approval_directions(self):
        measures = self._get_approval_measure_definitions()
        return {
            "document": self._get_approval_guarded_fields(),
            "lines": self._get_approval_line_model()._get_approval_guarded_fields(),
            "measures": {name: measure.better or NEUTRAL for name, measure in measures.items()},
        }

    @api.model
    def _get_approval_line_model(self):
        name = self._approval_lines_field
        comodel = self._fields[name].comodel_name if name else "sales.approval.line.mixin"
        return self.env[comodel]

    @api.model
    def _get_approval_worse(self, approved, current):
        return get_worse(approved, current, self._get_approval_directions())

    @api.model
    def _get_approval_changes(self, before, after):
        """List what was changed by somebody: fields, and not the measures that follow them."""
        return [change for change in get_changes(before, after) if change.scope != "measures"]

    def _get_approval_change_text(self, changes):
        """Put changes into words: "Widget: Discount 10.0 -> 20.0"."""
        texts = []
        for change in changes[:20]:
            records = self._get_approval_changed_record(change)
            label = records._fields[change.field]._description_string(self.env)
            old, new = (
                _get_text(records, change.field, value) for value in (change.old, change.new)
            )
            texts.append(self._get_approval_one_change_text(change, records, label, old, new))
        return "; ".join(dict.fromkeys(texts))

    def _get_approval_changed_record(self, change):
        """Give the record of a change: the line, nothing for one that is gone, or the document."""
        if change.scope != "lines":
            return self.sudo()  # reason: what changed is told to who reads the document
        lines = self._get_approval_lines().sudo()
        return lines.filtered(lambda line: line.id == int(change.key))

    def _get_approval_one_change_text(self, change, records, label, old, new):
        where = f"{records.display_name}: " if change.scope == "lines" and records else ""
        if change.kind == "removed":
            return self.env._("a line was removed")
        if change.kind == "added":
            return self.env._("%(line)s: new line", line=where.removesuffix(": "))
        return f"{where}{label} {old} → {new}"


def _get_values(record, names):
    return {name: _get_value(record, record._fields[name]) for name in names}


def _get_value(record, field):
    value = record[field.name]
    if field.type == "many2one":
        return value.id or None
    if field.type in ("one2many", "many2many"):
        return sorted(value.ids)
    if field.type in ("date", "datetime"):
        return value and fields.Datetime.to_string(value)
    return value


def _get_text(record, name, value):
    field = record._fields[name]
    if field.relational:
        comodel = record.env[field.comodel_name].sudo()  # reason: what changed, by its name
        ids = value if isinstance(value, list) else [value] if value else []
        return ", ".join(comodel.browse(ids).exists().mapped("display_name")) or "-"
    if field.type == "selection" and value:
        return dict(field._description_selection(record.env)).get(value, value)
    empty = value is None or (value is False and field.type != "boolean")
    return "-" if empty else str(value)
