from odoo import models

MANAGERS = "sales_team.group_sale_manager"


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_approval_manager(self):
        """The leader of the sales team; the leader's are the sales managers. Others have none."""
        found = super()._get_approval_manager() or (self.sale_team_id.user_id - self)
        if not found and self._leads_sales_team():
            found = self._get_sales_managers() - self
        return found.filtered("active")

    def _leads_sales_team(self):
        # reason: who leads a team decides, whether the asker may read the team or not
        teams = self.env["crm.team"].sudo()
        return bool(self) and bool(teams.search_count([("user_id", "in", self.ids)], limit=1))

    def _get_sales_managers(self):
        group = self.env["ir.model.data"]._xmlid_to_res_id(MANAGERS)
        users = self.env["res.groups"].sudo().browse(group).all_user_ids  # reason: to ask them
        return users.filtered(lambda user: user._is_approval_interactive())

    def _is_held_to_ceiling(self):
        """Say whether a ceiling holds for one user, who then sets no prices it is measured from."""
        if self.has_group(MANAGERS):
            return False
        rules = self.env["sales.discount.ceiling"]._get_for_companies(self.company_ids)
        return bool(rules._get_index(self))
