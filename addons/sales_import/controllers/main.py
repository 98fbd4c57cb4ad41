from odoo import http
from odoo.http import request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SalesImportController(http.Controller):
    @http.route("/sales_import/template/<string:model_name>", type="http", auth="user")
    def download_template(self, model_name, lang=None):
        """The template of a model, in the language of the user or in ``lang``."""
        model = request.env.get(model_name)
        if model is None or not model._get_import_template()[0]:
            raise request.not_found()
        model.check_access("read")
        if lang in dict(request.env["res.lang"].get_installed()):
            model = model.with_context(lang=lang)
        return self._make_file(
            model._get_import_template_file(), f"{model_name.replace('.', '_')}.xlsx"
        )

    @http.route("/sales_import/rejected/<int:import_id>", type="http", auth="user")
    def download_rejected(self, import_id):
        """The rejected rows of an import of this user: a file is nobody else's business."""
        record = request.env["base_import.import"].search(
            [("id", "=", import_id), ("create_uid", "=", request.env.uid)]
        )
        if not record.rejected_rows:
            raise request.not_found()
        stem = (record.file_name or "import").rsplit(".", 1)[0]
        return self._make_file(record._get_rejected_file(), f"{stem}-rejected.xlsx")

    @staticmethod
    def _make_file(content, name):
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", http.content_disposition(name)),
            ],
        )
