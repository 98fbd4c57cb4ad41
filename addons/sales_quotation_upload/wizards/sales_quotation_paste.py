import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.sales_document.tools.problems import DocumentProblem

from ..tools.line_file import is_line_file, read_lines

FILES = 20  # of one opportunity; the last ones


class SalesQuotationPaste(models.TransientModel):
    _inherit = "sales.quotation.paste"

    file = fields.Binary(string="Spreadsheet", attachment=False)
    file_name = fields.Char()

    def _read_rows(self):
        if not self.file:
            return super()._read_rows()
        try:
            content = base64.b64decode(self.file, validate=True)
            rows = read_lines(content, self.file_name or "")
        except DocumentProblem as problem:
            raise UserError(self._get_file_problem(self.file_name, problem)) from problem
        except binascii.Error as error:
            raise UserError(self.env._("The file did not arrive. Choose it again.")) from error
        if not rows:
            raise UserError(self.env._("%s has no lines in it.", self.file_name))
        return rows

    def _get_file_problem(self, name, problem):
        return f"{name}: {problem.describe(self.env)}"

    def _get_inquiry_sources(self, lead):
        """Read the spreadsheets that came with the inquiry, too."""
        sources = super()._get_inquiry_sources(lead)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id), ("type", "=", "binary")],
            order="id desc",
        )
        named = files.filtered(lambda file: is_line_file(file.name))[:FILES].sorted("id")
        return sources + [(file.name, self._read_attachment(file)) for file in named]

    def _read_attachment(self, file):
        try:
            lines = read_lines(file.raw or b"", file.name)
        except DocumentProblem as problem:
            text = self._get_file_problem(file.name, problem)
            self.info = "\n".join(filter(None, [self.info, text]))
            return []
        return [line._replace(place=f"{file.name} {line.place}".strip()) for line in lines]
