from odoo import fields, models


class SalesCustomerReleaseReason(models.Model):
    """Why a salesperson gives a customer back."""

    _name = "sales.customer.release.reason"
    _description = "Reason to Release a Customer"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
