import base64

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.sales_document.tests.common import DocumentCommon


class QuotationCommon(DocumentCommon):
    """A Chinese customer, a quotation with sections, notes and awkward texts, and its sellers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.anna, cls.manager = (
            new_test_user(cls.env, f"document_{name}", f"sales_team.{group}", lang="en_US")
            for name, group in (
                ("anna", "group_sale_salesman"),
                ("manager", "group_sale_manager"),
            )
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "成都朗速科技有限公司",
                "is_company": True,
                "lang": "zh_CN",
                "city": "成都",
                "street": "天府大道 1 号",
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Pump", "default_code": "P-1", "list_price": 12.35, "type": "consu"}
        )
        cls.tax = cls.env["account.tax"].create({"name": "VAT 13", "amount": 13.0})
        cls.order = cls._create_order()

    @classmethod
    def _create_order(cls, lines=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.anna.id,
                "note": "<p>三十天内有效</p>",
                "order_line": [Command.create(line) for line in lines or cls._prepare_lines()],
                **values,
            }
        )

    @classmethod
    def _prepare_lines(cls):
        return [
            {"display_type": "line_section", "name": "第一部分"},
            cls._prepare_line(3, name="水泵 <A> & B", discount=5),
            {"display_type": "line_note", "name": "@SUM(A1) note"},
            cls._prepare_line(2.5, name='=HYPERLINK("http://example.com")'),
        ]

    @classmethod
    def _prepare_line(cls, quantity, **values):
        return {
            "product_id": cls.product.id,
            "product_uom_qty": quantity,
            "price_unit": 12.35,
            "tax_ids": [Command.set(cls.tax.ids)],
            **values,
        }

    @classmethod
    def _create_template(cls, content, name="Template", user=None, **values):
        templates = cls.env["sales.document.template"]
        return templates.with_user(user or cls.env.user).create(
            {"name": name, "model": "sale.order", "file": base64.b64encode(content), **values}
        )
