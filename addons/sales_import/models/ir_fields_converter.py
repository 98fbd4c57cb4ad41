from odoo import api, models

REFERENCES = {None, "id", ".id"}


class IrFieldsConverter(models.AbstractModel):
    _inherit = "ir.fields.converter"

    @api.model
    def db_id_for(self, model, field, subfield, value, savepoint):
        """Look a name up once per file, and keep what was saved when a new one cannot be made."""
        report = self.env.context.get("import_report")
        if report is None or subfield is not None:
            return super().db_id_for(model, field, subfield, value, savepoint)
        if (self.env.context.get("name_create_enabled_fields") or {}).get(field.name):
            return self._get_or_create_db_id(model, field, value)
        key = (field.comodel_name, model._name, field.name, value)
        # records of a model that this file creates may appear between two rows
        cacheable = field.comodel_name not in report.creatable_models
        if cacheable and key in report.matches:
            return report.matches[key], []
        record_id, warnings = super().db_id_for(model, field, subfield, value, savepoint)
        if cacheable and record_id and not warnings:
            report.matches[key] = record_id
        return record_id, warnings

    def _get_or_create_db_id(self, model, field, value):
        """On failure core rolls the savepoint it is given back: give one that holds no rows."""
        flush = self.env.context.get("import_flush")
        if flush:
            flush(model=field.comodel_name)
        with self.env.cr.savepoint() as savepoint:
            return super().db_id_for(model, field, None, value, savepoint)

    @api.model
    def _str_to_one2many(self, model, field, records, savepoint):
        """Core stops at the first error of the sub-records: find them all."""
        report = self.env.context.get("import_report")
        if report is None:
            return super()._str_to_one2many(model, field, records, savepoint)
        try:
            return super()._str_to_one2many(model, field, records, savepoint)
        except ValueError as error:
            errors = self._get_one2many_errors(model, field, records, savepoint)
            if len(errors) > 1:
                details = self._get_error_details(error)
                error.args = (error.args[0], dict(details, all_errors=errors))
            raise

    def _get_one2many_errors(self, model, field, records, savepoint):
        errors = []
        for record in records:
            for name, value in record.items():
                if name in REFERENCES or not value:
                    continue
                try:
                    super()._str_to_one2many(model, field, [{name: value}], savepoint)
                except ValueError as error:
                    errors.append(self._describe_error(model, field, name, value, error))
        return errors

    @staticmethod
    def _get_error_details(error):
        return dict((error.args[1] if len(error.args) > 1 else None) or {})

    def _describe_error(self, model, field, name, value, error):
        details = self._get_error_details(error)
        label = self.env[field.comodel_name]._fields[name]._description_string(self.env)
        path = [*self.env.context.get("parent_fields_hierarchy", []), field.name, name]
        if not isinstance(value, list):
            details.setdefault("value", value)
        return {
            "field_path": path,
            "field_name": label,
            "type": "error",
            "message": error.args[0].replace("%(field)s", label).replace("%%", "%"),
            **details,
        }
