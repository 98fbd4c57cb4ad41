from odoo import api, fields, models
from odoo.fields import Domain


class SalesDocumentTemplate(models.Model):
    _inherit = "sales.document.template"

    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        check_company=True,
        help="Empty: for everybody. Else only the members of the team use it.",
    )

    @api.model
    def _get_use_domain(self, records):
        domain = super()._get_use_domain(records)
        if "team_id" in records._fields:
            teams = records.team_id if len(records.team_id) == 1 else records.team_id[:0]
            domain &= Domain("team_id", "in", [False, *teams.ids])
        return domain
