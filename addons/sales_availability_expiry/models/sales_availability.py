from odoo import api, fields, models
from odoo.tools import SQL


class SalesAvailability(models.AbstractModel):
    _inherit = "sales.availability"

    @api.model
    def _get_frozen_conditions(self):
        return {**super()._get_frozen_conditions(), "expired": self._get_expired_condition()}

    @api.model
    def _get_expired_condition(self):
        """Return the SQL condition of lots that nobody can be promised any more.

        From its removal date on, Odoo counts a lot as fresh no longer and reserves it for nobody;
        what counted here after that could not be delivered. When that date is empty or later, the
        expiration date decides: after it the goods may be dangerous. Like Odoo, the dates are
        looked at only while the product uses them.
        """
        return SQL(
            """
            (NOT key.count_expired
             AND LEAST(lot.removal_date, lot.expiration_date) <= %s
             AND EXISTS (SELECT 1
                           FROM product_product product
                           JOIN product_template template ON template.id = product.product_tmpl_id
                          WHERE product.id = key.product_id
                            AND template.use_expiration_date))
            """,
            fields.Datetime.now(),
        )

    @api.model
    def _get_term_models(self):
        return (*super()._get_term_models(), "product.template")
