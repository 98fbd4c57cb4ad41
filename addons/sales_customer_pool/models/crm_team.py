from odoo import api, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    @api.model_create_multi
    def create(self, vals_list):
        """Who leads a team has the menu of its customers."""
        teams = super().create(vals_list)
        if teams.user_id:
            self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        """Who leads a team has the menu of its customers."""
        result = super().write(vals)
        if "user_id" in vals:
            self.env.registry.clear_cache()
        return result


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Extend: the manager's page is for managers and leaders, whom no group tells apart."""
        hidden = super()._load_menus_blacklist()
        menu = self.env.ref("sales_customer_pool.menu_crm_overview", raise_if_not_found=False)
        if menu and not self.env["sales.customer.overview"]._is_overview_reader():
            hidden.append(menu.id)
        return hidden
