from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class TierCommon(BaseCommon):
    """A company with products, orders made as fast as one likes, and tiers of one condition."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.group = cls.env.ref("product.group_product_pricelist")
        cls.env.ref("base.group_user").implied_ids = [Command.link(cls.group.id)]
        cls.env["res.company"]._activate_or_create_pricelists()
        cls.company = cls.env.company
        cls.memberships = cls.env["sales.customer.tier.membership"]
        cls.history = cls.env["sales.customer.tier.history"]
        cls.today = cls.env["sales.customer.tier"]._get_today(cls.company)[0]
        cls.manager = new_test_user(
            cls.env,
            "tier_manager",
            "sales_team.group_sale_manager,base.group_partner_manager",
            lang="en_US",
        )
        cls.anna = new_test_user(
            cls.env, "tier_anna", "sales_team.group_sale_salesman", lang="en_US"
        )
        cls.tools, cls.parts = cls.env["product.category"].create(
            [{"name": "Tools"}, {"name": "Parts"}]
        )
        cls.drill, cls.screw = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "list_price": 100.0,
                    "categ_id": category.id,
                    "taxes_id": False,
                    "invoice_policy": "order",
                }
                for name, category in (("Drill", cls.tools), ("Screw", cls.parts))
            ]
        )
        cls.customer = cls._create_customer("Langsu")

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "customer_rank": 1, **values}
        )

    @classmethod
    def _create_tier(cls, name, *conditions, running=True, **values):
        """Create a tier; conditions are (kind, enter, stay) or with what else they need."""
        tier = cls.env["sales.customer.tier"].create(
            {
                "name": name,
                "condition_ids": [
                    Command.create(
                        {"kind": kind, "enter_value": enter, "stay_value": stay, **dict(*more)}
                    )
                    for kind, enter, stay, *more in conditions
                ],
                **values,
            }
        )
        if running:
            tier.action_switch_on()
        return tier

    @classmethod
    def _order(cls, partner, amount=100.0, days=0, confirm=True, **values):
        """Create an order of one drill."""
        line = {"product_id": cls.drill.id, "product_uom_qty": 1, "price_unit": amount}
        order = cls.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create(line)], **values}
        )
        if confirm:
            order.action_confirm()
            order.date_order = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        return order

    @classmethod
    def _invoice(cls, partner, amount, days=0, due_days=None, kind="out_invoice", **values):
        day = fields.Date.subtract(cls.today, days=days)
        due = day if due_days is None else fields.Date.subtract(cls.today, days=due_days)
        move = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "invoice_date": day,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": cls.drill.id, "price_unit": amount, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _compute(cls, partners=None, company=None):
        partners = partners or cls.customer
        return cls.memberships._compute_batch(company or cls.company, partners.ids)

    @classmethod
    def _membership(cls, partner=None, company=None):
        return cls.memberships.search(
            [
                ("partner_id", "=", (partner or cls.customer).id),
                ("company_id", "=", (company or cls.company).id),
            ]
        )

    @classmethod
    def _history(cls, partner=None):
        return cls.history.search([("partner_id", "=", (partner or cls.customer).id)], order="id")
