import base64
import re
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ..tools import filters, sandbox, template_docx, template_xlsx
from ..tools.example import make_example_docx, make_example_xlsx
from ..tools.problems import DocumentProblem
from ..tools.schema import Placeholder, item_names
from ..tools.values import Number, Picture, clean_text

MOST_RECORDS = 200
UNSAFE = re.compile(r"[^\w.()+ -]+")
FORMATS = ("xlsx", "docx")


class SalesDocumentMixin(models.AbstractModel):
    """A model whose records can become Word and Excel documents.

    It says what templates may use in ``_get_document_schema``; everything else is done here. What
    a template gets is plain data, read as the user: fields and records that the user may not read
    are not in it.
    """

    _name = "sales.document.mixin"
    _description = "Document from a Template"

    # === HOOKS === #

    @api.model
    def _get_document_schema(self):
        """Return {name in templates: Placeholder}."""
        return {"name": Placeholder("display_name", label=self.env._("Name"))}

    def _get_document_title(self):
        """Return what the document is called, without ending."""
        return self.display_name

    def _get_document_lang(self):
        """Return the language of whoever receives the document."""
        partner = "partner_id" in self._fields and self.partner_id
        return (partner and partner.lang) or self.env.lang or "en_US"

    def _get_document_currency(self):
        return self["currency_id"] if "currency_id" in self._fields else None

    def _make_default_document(self, kind):
        """Return the document for those who have no template; empty if there is none."""
        return b""

    @api.model
    def _get_document_example(self, kind):
        """Return a template that shows every placeholder, to start from."""
        make = make_example_xlsx if kind == "xlsx" else make_example_docx
        return make(self._description, describe_schema(self, self._get_document_schema()))

    # === DATA === #

    def _get_document_data(self):
        """Return the plain data of one record, as its user may read it."""
        self.ensure_one()
        return self._read_document_values(self._get_document_schema())[self.id]

    def _read_document_values(self, schema):
        """Return {record id: values}."""
        return read_values(self, schema)

    # === EXPORT === #

    def _make_document(self, kind, template=None):
        """Return the bytes of the document of one record.

        :raise UserError: the template does not fit, with the place that is wrong
        """
        self.ensure_one()
        self.check_access("read")
        if template:
            template._check_use(self)
        lang = (template and template.lang) or self._get_document_lang()
        record = self.with_context(lang=lang)
        try:
            if not template:
                return record._make_document_without_template(kind)
            content = template._get_content()
            return record._render_document(kind, content, record._get_document_data())
        except DocumentProblem as problem:
            raise UserError(
                self.env._(
                    "The document of %(record)s cannot be made. %(problem)s",
                    record=self.display_name,
                    problem=problem.describe(self.env),
                )
            ) from problem

    def _make_document_without_template(self, kind):
        content = self._make_default_document(kind)
        if not content:
            raise UserError(self.env._("Choose a template: there is no default document of these."))
        return content

    def _render_document(self, kind, content, values):
        formats = filters.Formats(self.env, self._get_document_currency())
        if kind == "docx":
            return template_docx.render_docx(content, sandbox.DocumentSandbox(formats), values)
        items = item_names(self._get_document_schema())
        environment = sandbox.DocumentSandbox(formats, autoescape=False)
        return template_xlsx.render_xlsx(content, environment, values, items)

    def _iterate_documents(self, kind, template=None):
        """Yield (record, file name, content) of each record."""
        if len(self) > MOST_RECORDS:
            raise UserError(self.env._("Export at most %s records at once, please.", MOST_RECORDS))
        self.check_access("read")
        taken = Counter()
        for record in self:
            name = make_file_name(record._get_document_title(), taken)
            yield record, f"{name}.{kind}", record._make_document(kind, template)

    @api.readonly
    def export_documents(self, kind="xlsx", template_id=None):
        """Return the documents of these records to a program.

        :param str kind: ``xlsx`` or ``docx``; with a template, that of the template
        :param int template_id: id of a document template; else the default document
        :return: [{"id", "name", "content" (base64)}]
        :raise AccessError: a record or the template may not be read
        :raise UserError: the template does not fit the records
        """
        template = self.env["sales.document.template"].browse(template_id or ())
        kind = template.kind if template else kind
        if kind not in FORMATS:
            raise UserError(self.env._("Documents are xlsx or docx."))
        return [
            {"id": record.id, "name": name, "content": base64.b64encode(content).decode()}
            for record, name, content in self._iterate_documents(kind, template)
        ]

    def action_export_document(self):
        """Open the dialog that makes documents of these records."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export Documents"),
            "res_model": "sales.document.export",
            "view_mode": "form",
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_ids": self.ids},
        }

    def action_export_xlsx(self):
        """Download these records in Excel, by the first template there is."""
        return self._download_documents("xlsx")

    def action_export_docx(self):
        """Download these records in Word, by the first template there is."""
        return self._download_documents("docx")

    def _download_documents(self, kind):
        template = self.env["sales.document.template"]._find_default(self, kind)
        export = self.env["sales.document.export"].create(
            {
                "res_model": self._name,
                "res_ids": self.ids,
                "template_id": template.id,
                "kind": kind,
            }
        )
        return export.action_download()


def make_file_name(name, taken):
    """Return a name that every file system takes and that is not taken yet."""
    safe = UNSAFE.sub("_", name).strip(" .")[:100] or "document"
    taken[safe.lower()] += 1
    number = taken[safe.lower()]
    return safe if number == 1 else make_file_name(f"{safe} ({number})", taken)


def describe_schema(records, schema, prefix=""):
    """Return [(what one writes, what it is, placeholder)] in order, items below their list."""
    described = []
    for name, placeholder in schema.items():
        field = records._fields.get(placeholder.source)
        label = placeholder.label or (field and field._description_string(records.env)) or name
        described.append((f"{prefix}{name}", str(label), placeholder))
        start = f"{placeholder.item}." if placeholder.is_list else f"{prefix}{name}."
        comodel = records.env[field.comodel_name] if field and field.relational else records
        described += describe_schema(comodel, placeholder.children, start)
    return described


# === READING === #


def read_values(records, schema):
    """Return {record id: plain values}; what the user may not read is not in it."""
    readable = records._filtered_access("read")
    values = {record.id: {} for record in readable}
    for name, placeholder in schema.items():
        for record_id, value in read_placeholder(readable, placeholder).items():
            values[record_id][name] = value
    return values


def read_placeholder(records, placeholder):
    """Return {record id: value} of one placeholder."""
    field = records._fields.get(placeholder.source)
    if field is not None and not records._has_field_access(field, "read"):
        return {}
    if placeholder.compute:
        return getattr(records, placeholder.compute)()
    if field is None:
        return {}
    if placeholder.children:
        return read_related(records, field, placeholder)
    if field.relational:
        return read_names(records, field)
    if field.type == "binary":
        return {record.id: Picture(make_loader(record, field)) for record in records}
    return {record.id: convert_value(record, field) for record in records}


def make_loader(record, field):
    """Return a function that reads one picture, and not those of all other records with it."""
    alone = record.with_prefetch().with_context(bin_size=False)
    return lambda: base64.b64decode(alone[field.name] or b"")


def read_names(records, field):
    """Return {record id: names of the related records that the user may read}."""
    readable = records[field.name]._filtered_access("read")
    names = dict(zip(readable.ids, readable.mapped("display_name"), strict=True))
    return {
        record.id: ", ".join(names[id_] for id_ in record[field.name].ids if id_ in names)
        for record in records
    }


def read_related(records, field, placeholder):
    """Read the records behind a field together."""
    found = read_values(records[field.name], placeholder.children)
    if not placeholder.is_list:
        return {record.id: found.get(record[field.name].id, {}) for record in records}
    return {
        record.id: [found[line.id] for line in record[field.name] if line.id in found]
        for record in records
    }


def convert_value(record, field):
    """Return a field's value as text, number, date or picture."""
    value = record[field.name]
    convert = CONVERT.get(field.type)
    if convert:
        return convert(record, field, value)
    return value if field.type == "boolean" else clean_text(value) if value else ""


def _convert_number(record, field, value):
    if field.type == "monetary":
        currency = record[field.get_currency_field(record)]
        return Number(value, currency.decimal_places if currency else 2)
    digits = field.get_digits(record.env)
    least = field.get_min_display_digits(record.env) or 0
    return Number(value, max(digits[1] if digits else 6, least), least)


def _convert_datetime(record, _field, value):
    return (value and fields.Datetime.context_timestamp(record, value).replace(tzinfo=None)) or None


def _convert_selection(record, field, value):
    return dict(field._description_selection(record.env)).get(value, "") if value else ""


CONVERT = {
    "float": _convert_number,
    "monetary": _convert_number,
    "integer": lambda _record, _field, value: int(value or 0),
    "date": lambda _record, _field, value: value or None,
    "datetime": _convert_datetime,
    "selection": _convert_selection,
    "html": lambda _record, _field, value: html2plaintext(value or "").strip(),
}
