import base64
import hashlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..tools import filters, sandbox, template_docx, template_xlsx
from ..tools.office_file import check_office_file
from ..tools.problems import DocumentProblem
from .sales_document_mixin import describe_schema

SHOWN_PROBLEMS = 20
ROW = Markup("<tr><td><code>{{{{ {path} }}}}</code></td><td>{label}</td></tr>")
LIST_ROW = Markup(
    "<tr><th><code>{{% for {item} in {path} %}} … {{% endfor %}}</code></th><th>{label}</th></tr>"
)


class SalesDocumentTemplate(models.Model):
    """A Word or Excel file with placeholders, for the records of one model."""

    _name = "sales.document.template"
    _description = "Document Template"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The first template is the one that buttons use.")
    active = fields.Boolean(default=True)
    model = fields.Selection(
        selection="_get_document_models", string="Documents of", required=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Empty: for all companies."
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="In which language names, numbers and dates are written. Empty: the customer's.",
    )
    file = fields.Binary(required=True, attachment=True)
    file_name = fields.Char()
    kind = fields.Selection([("xlsx", "Excel"), ("docx", "Word")], string="Format", readonly=True)
    placeholders = fields.Html(
        compute="_compute_placeholders",
        sanitize=False,
        help="What can be written into a template of these documents.",
    )

    @api.model
    def _get_document_models(self):
        """Return the models that can become documents."""
        names = sorted(self.env.registry["sales.document.mixin"]._inherit_children)
        # reason: what a model is called in the user's language is no secret
        models_of_odoo = self.env["ir.model"].sudo()
        return [
            (name, models_of_odoo._get(name).name or self.env[name]._description)
            for name in names
            if name in self.env and not self.env[name]._abstract
        ]

    @api.depends("model")
    @api.depends_context("lang")
    def _compute_placeholders(self):
        for template in self:
            template.placeholders = template.model and template._describe_placeholders()

    # === CHECK === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_file_vals(vals) for vals in vals_list])

    def write(self, vals):
        if "file" in vals or "model" in vals:
            for template in self:
                name = vals.get("file_name", template.file_name)
                content = vals.get("file", template.file)
                merged = {
                    **vals,
                    "file_name": name,
                    "file": content,
                    "model": vals.get("model", template.model),
                }
                kind = template._prepare_file_vals(merged)["kind"]
                super(SalesDocumentTemplate, template).write({**vals, "kind": kind})
            return True
        return super().write({key: value for key, value in vals.items() if key != "kind"})

    @api.model
    def _prepare_file_vals(self, vals):
        """Check the file of new values and add its kind."""
        content = self._decode(vals.get("file"))
        kind, problems = self._check_file(content, vals.get("file_name") or "", vals.get("model"))
        if problems:
            shown = problems[:SHOWN_PROBLEMS]
            raise ValidationError(
                self.env._(
                    "The template %(name)s cannot be used:\n%(problems)s",
                    name=vals.get("file_name") or vals.get("name") or "",
                    problems="\n".join(f"- {problem.describe(self.env)}" for problem in shown),
                )
            )
        return {**vals, "kind": kind}

    @api.model
    def _decode(self, content):
        try:
            return base64.b64decode(content or b"", validate=False)
        except ValueError as error:
            raise ValidationError(
                self.env._("The file arrived damaged: upload it again.")
            ) from error

    @api.model
    def _check_file(self, content, file_name, model):
        """Return the kind of a file, and what is wrong with it and its placeholders."""
        if model not in dict(self._get_document_models()):
            raise ValidationError(self.env._("Documents cannot be made of “%s”.", model or ""))
        try:
            kind = check_office_file(content, file_name)
            return kind, self._check_placeholders(kind, content, model)
        except DocumentProblem as problem:
            return None, [problem]

    @api.model
    def _check_placeholders(self, kind, content, model):
        check = template_docx.check_docx if kind == "docx" else template_xlsx.check_xlsx
        environment = sandbox.DocumentSandbox(filters.Formats(self.env))
        return check(content, environment, self.env[model]._get_document_schema())

    # === USE === #

    def _check_use(self, record):
        """Refuse to make a document of a record of another company or kind."""
        self.ensure_one()
        self.check_access("read")
        if self.model != record._name:
            raise UserError(self.env._("%s is no template for these documents.", self.display_name))
        company = "company_id" in record._fields and record.company_id
        if self.company_id and company and self.company_id != company:
            raise UserError(
                self.env._(
                    "%(template)s is a template of %(company)s; %(record)s is not of this company.",
                    template=self.display_name,
                    company=self.company_id.name,
                    record=record.display_name,
                )
            )

    def _get_content(self):
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        # whoever may write a template may write its attachment, past the check above
        self._check_kept_file(hashlib.sha256(content).hexdigest(), content)
        return content

    @api.model
    @ormcache("digest")
    def _check_kept_file(self, digest, content):
        """Check a file that is used, once for all records."""
        return check_office_file(content)

    @api.model
    def _get_use_domain(self, records):
        """Return which templates these records can be made with."""
        domain = Domain("model", "=", records._name)
        if "company_id" in records._fields:
            companies = records.company_id
            fits = Domain("company_id", "=", False)
            if len(companies) == 1:
                fits |= Domain("company_id", "=", companies.id)
            domain &= fits
        return domain

    def _get_preview_domain(self):
        if self.company_id and "company_id" in self.env[self.model]._fields:
            return Domain("company_id", "=", self.company_id.id)
        return Domain.TRUE

    @api.model
    def _find_default(self, records, kind):
        """Return the first template for these records."""
        return self.search(self._get_use_domain(records) & Domain("kind", "=", kind), limit=1)

    # === HELP === #

    def _describe_placeholders(self):
        """Return the list of what a template can use, as a page."""
        records = self.env[self.model]
        rows = [
            (LIST_ROW if placeholder.is_list else ROW).format(
                path=path, item=placeholder.item, label=label
            )
            for path, label, placeholder in describe_schema(records, records._get_document_schema())
            if placeholder.is_list or not placeholder.children
        ]
        return Markup("<table class='table table-sm'>{}</table>").format(Markup().join(rows))

    def action_download_example(self):
        """Download a template that shows every placeholder, to start from."""
        model = self.model or self._get_document_models()[0][0]
        kind = self.env.context.get("example_kind", "xlsx")
        content = self.env[model]._get_document_example(kind)
        export = self.env["sales.document.export"].create(
            {
                "res_model": model,
                "kind": kind,
                "file": base64.b64encode(content),
                "file_name": self.env._("Example") + f".{kind}",
            }
        )
        return export._download()

    def action_preview(self):
        """Make a document of a record, to see how it looks."""
        records = self.env[self.model]
        records = records.search(self._get_preview_domain(), limit=1, order="id desc")
        if not records:
            raise UserError(self.env._("There is nothing yet that a document can be made of."))
        export = self.env["sales.document.export"].create(
            {"res_model": self.model, "res_ids": records.ids, "template_id": self.id}
        )
        return export.action_preview()
