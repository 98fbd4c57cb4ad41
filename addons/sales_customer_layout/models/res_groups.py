from odoo import models


class ResGroups(models.Model):
    """Whose layout it is follows the roles at once."""

    _inherit = "res.groups"

    def write(self, vals):
        """Forget whose roles were looked up while this was written: core forgets before it only."""
        res = super().write(vals)
        if {"implied_ids", "implied_by_ids", "user_ids"} & vals.keys():
            self.invalidate_model(["all_implied_ids", "all_implied_by_ids"], flush=False)
            self.env["res.users"].invalidate_model(["all_group_ids"], flush=False)
            self.env.registry.clear_cache()
        return res

    def unlink(self):
        """A layout whose last role goes is not suddenly everybody's: it is archived."""
        # reason: who may delete roles need not arrange layouts
        layouts = self.env["sales.customer.layout"].sudo().search([("group_ids", "in", self.ids)])
        layouts.filtered(lambda layout: layout.group_ids <= self).active = False
        res = super().unlink()
        self.env.registry.clear_cache()
        return res
