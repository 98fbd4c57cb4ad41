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

    @api.model
    def _get_frozen_names(self):
        return {**super()._get_frozen_names(), "expired": self.env._("Expired lot")}


class SalesAvailabilityStale(models.Model):
    _inherit = "sales.availability.stale"

    def _get_trigger_sources(self):
        sources = super()._get_trigger_sources()
        lot_columns, lot_products = sources["stock_lot"]
        columns, products = sources["product_template"]
        return {
            **sources,
            "stock_lot": ((*lot_columns, "removal_date", "expiration_date"), lot_products),
            "product_template": ((*columns, "use_expiration_date"), products),
        }


class SalesAvailabilityAudit(models.Model):
    _inherit = "sales.availability.audit"

    def _is_frozen(self, quant, terms):
        return super()._is_frozen(quant, terms) or self._is_expired(quant.lot_id, terms)

    def _is_expired(self, lot, terms):
        dates = [date for date in (lot.removal_date, lot.expiration_date) if date]
        return bool(
            lot.product_id.use_expiration_date
            and not terms.count_expired
            and dates
            and min(dates) <= fields.Datetime.now()
        )
