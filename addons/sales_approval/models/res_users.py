from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_approval_manager(self):
        """Say who decides as the manager of this person; a hook, HR is no dependency.

        :return: res.users, empty when nobody is known
        """
        return self.browse()

    def _get_approval_deputies(self):
        """Say who decides for each of these people today.

        :return: dict of user to user: themselves, or who stands in, over any number of deputies
        """
        return self.env["sales.approval.absence"]._resolve(self)

    @api.model
    def _get_approval_administrators(self):
        """Give who decides where a rule finds nobody."""
        xmlid = "sales_approval.group_sales_approval_admin"
        group = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        users = self.env["res.groups"].sudo().browse(group).all_user_ids  # reason: to ask them
        return users.filtered(lambda user: user._is_approval_interactive())

    def _filter_approval_able(self, company):
        """Give those who can decide about documents of a company (empty: of any)."""
        return self.filtered(
            lambda user: (
                user.active
                and not user.share
                and not user._is_superuser()
                and (not company or company in user.company_ids)
            )
        )

    def _is_approval_interactive(self):
        """Say whether somebody of us sits in front of the screen, who can be told what to do."""
        self.ensure_one()
        return self._is_internal() and not self._is_superuser()
