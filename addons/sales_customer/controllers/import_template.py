from odoo import http
from odoo.http import content_disposition, request


class CustomerImportTemplate(http.Controller):
    @http.route("/sales_customer/import_template", type="http", auth="user", readonly=True)
    def get_import_template(self):
        """Answer the workbook to fill in, with headings that the import recognises."""
        partners = request.env["res.partner"]
        name = f"{partners.env._('Customers')}.xlsx"
        return request.make_response(
            partners._get_customer_template(),
            headers=[
                (
                    "Content-Type",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
