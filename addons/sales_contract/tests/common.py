from odoo.fields import Command

from odoo.addons.sales_quotation.tests.common import QuotationCase


class ContractCase(QuotationCase):
    """A running contract: 20 cables at 90 less 5 %, and plugs at 8 without a limit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.contract = cls._new_contract()
        cls.cables, cls.plugs = cls.contract.line_ids

    @classmethod
    def _new_contract(cls, lines=None, user=None, run=True, **values):
        lines = lines or [
            {"product_id": cls.product.id, "quantity": 20, "price_unit": 90, "discount": 5},
            {"product_id": cls.other.id, "quantity": 0, "price_unit": 8},
        ]
        user = user or cls.seller
        contract = (
            cls.env["sales.contract"]
            .with_user(user)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "user_id": user.id,
                    "line_ids": [Command.create(line) for line in lines],
                    **values,
                }
            )
        )
        if run:
            contract.action_confirm()
        return contract.sudo().with_user(cls.env.user)

    def _draw(self, quantity, line=None, confirm=False, user=None, **values):
        """Make a quotation that draws from a line of a contract."""
        agreed = line or self.cables
        drawn = {
            "product_id": agreed.product_id.id,
            "product_uom_qty": quantity,
            "contract_line_id": agreed.id,
        }
        order = self._new_order([drawn], user=user, **values)
        if confirm:
            order.action_confirm()
        return order

    def _open(self, order=None, contract=None, user=None):
        """Open the dialog as the button does."""
        user = user or self.seller
        if not order:
            contract = (contract or self.contract).with_user(user)
            action = contract.action_new_quotation()
            return self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        wizards = self.env["sales.quotation.contract"].with_user(user)
        vals = {"contract_id": contract.id} if contract else {}
        wizard = wizards.create({"order_id": order.id, **vals})
        wizard.line_ids.flush_recordset()
        return wizard

    def _left(self, line=None):
        line = line or self.cables
        return line.quantity_ordered, line.quantity_left
