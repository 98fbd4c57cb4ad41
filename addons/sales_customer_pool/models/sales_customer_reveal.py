from odoo import api, fields, models


class SalesCustomerReveal(models.Model):
    """Who looked at which masked value of a customer in a pool, and when. Not the value."""

    _name = "sales.customer.reveal"
    _description = "Revealed Value of a Customer"
    _order = "id DESC"
    _rec_name = "partner_id"
    _log_access = False

    date = fields.Datetime(required=True)
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    pool_id = fields.Many2one("sales.customer.pool", index=True, ondelete="cascade")
    mask_id = fields.Many2one("sales.customer.mask", string="Value", ondelete="cascade")

    @api.model
    def _log_reveal(self, card, mask):
        # nobody may write the log, whoever looks
        self.sudo().create(
            {
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                "partner_id": card.id,
                "pool_id": card.pool_id.id,
                "mask_id": mask.id,
            }
        )
