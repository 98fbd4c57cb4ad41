from contextlib import contextmanager

from odoo import models

_BATCH = "sales_quotation.applicable_rules"


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    @contextmanager
    def _batch_rules(self, products):
        """Search the rules of a pricelist once for many lines, where Odoo searches for each.

        They are more rules than one product needs; which one holds is decided by the rule itself
        (``_is_applicable_for``). The rules live on the cursor and only as long as the block.

        :param products: product.product of all the lines
        """
        cache = self.env.cr.cache
        if cache.get(_BATCH) or not products:
            yield
            return
        cache[_BATCH] = (products, {})
        try:
            yield
        finally:
            cache[_BATCH] = None

    def _get_applicable_rules(self, products, date, **kwargs):
        batch, found = self.env.cr.cache.get(_BATCH) or (None, None)
        if not self or kwargs or not batch or not self._is_batched(products, batch):
            return super()._get_applicable_rules(products, date, **kwargs)
        key = (self.id, date, self.env.uid, self.env.su, self.env.companies._ids)
        if key not in found:
            rules = super()._get_applicable_rules(batch.with_env(self.env), date)
            found[key] = rules.ids
        return self.env["product.pricelist.item"].browse(found[key])

    def _is_batched(self, products, batch):
        return products._name == batch._name and set(products._ids) <= set(batch._ids)
