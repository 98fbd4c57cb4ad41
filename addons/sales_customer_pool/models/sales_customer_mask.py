from odoo import fields, models


class SalesCustomerMask(models.Model):
    """A field of the customer that a pool may hide until the customer was claimed.

    A list of our own: Odoo's list of fields is for administrators only.
    """

    _name = "sales.customer.mask"
    _description = "Maskable Customer Field"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(string="Field", required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _code_uniq = models.UniqueIndex("(code)")
