from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalesApprovalAbsence(models.Model):
    """Somebody is away, and somebody else decides for him."""

    _name = "sales.approval.absence"
    _description = "Absence of an Approver"
    _order = "date_from DESC, id DESC"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Absent",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    deputy_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="To", required=True)

    _dates_check = models.Constraint(
        "CHECK (date_to >= date_from)", "An absence ends on the day it begins, or later."
    )
    _deputy_check = models.Constraint(
        "CHECK (deputy_id != user_id)", "Nobody is the deputy of himself. Choose somebody else."
    )

    @api.constrains("deputy_id")
    def _check_deputy(self):
        for absence in self:
            if absence.deputy_id.share:
                raise ValidationError(
                    self.env._("%s is no internal user.", absence.deputy_id.display_name)
                )

    @api.model
    def _get_current(self):
        """Map who is absent today to who stands in directly, ids."""
        today = fields.Date.context_today(self)
        # reason: approvers are told by people who do not see their absences
        absences = self.sudo().search(
            [
                ("date_from", "<=", today),
                ("date_to", ">=", today),
                ("deputy_id.active", "=", True),
            ],
            order="date_from, id",
        )
        return {absence.user_id.id: absence.deputy_id.id for absence in absences}

    @api.model
    def _resolve(self, users):
        """Follow deputies of deputies; who is in a circle of absent people decides himself.

        :return: dict of user to the user who decides today
        """
        deputies = self._get_current()
        return {user: users.browse(_follow(user.id, deputies)) for user in users}

    @api.model
    def _get_principals(self, user):
        """Give the people whom this user stands in for today, without himself."""
        deputies = self._get_current()
        return user.browse(uid for uid in deputies if _follow(uid, deputies) == user.id) - user


def _follow(uid, deputies):
    seen, current = {uid}, uid
    while current in deputies:
        current = deputies[current]
        if current in seen:
            return uid
        seen.add(current)
    return current
