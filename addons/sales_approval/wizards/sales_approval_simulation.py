from odoo import fields, models

MOST = 2000


class SalesApprovalSimulation(models.TransientModel):
    """What a rule would have asked for, without asking."""

    _name = "sales.approval.simulation"
    _description = "Simulation of an Approval Rule"

    rule_id = fields.Many2one("sales.approval.rule", required=True, ondelete="cascade")
    day_count = fields.Integer(string="Days Back", default=90, required=True)
    checked_count = fields.Integer(string="Documents Looked At", readonly=True)
    asking_count = fields.Integer(string="Would Have Asked", readonly=True)
    asking_ids = fields.Json(readonly=True)
    is_cut = fields.Boolean(readonly=True)

    _days_check = models.Constraint("CHECK (day_count > 0)", "Look back at least one day.")

    def action_run(self):
        """Look at the documents of the last days, as they are now.

        :return: action that shows the result
        """
        self.ensure_one()
        # reason: the rules that the administrator may read, and documents that he may read
        documents = self._get_documents()
        rule = self.rule_id.sudo()
        names = set(rule.condition_ids.mapped("measure"))
        measures = {d.id: d._get_approval_measures(names) for d in documents.sudo()}
        hits = rule._get_hits(documents.sudo(), measures)
        self.write(
            {
                "checked_count": len(documents),
                "asking_count": len(hits),
                "asking_ids": hits.ids,
                "is_cut": len(documents) == MOST,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulation"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_documents(self):
        """Give the latest documents that the user may read and the filter of the rule finds."""
        start = fields.Datetime.subtract(fields.Datetime.now(), days=self.day_count)
        domain = self.rule_id._get_domain() & fields.Domain("create_date", ">=", start)
        return self.rule_id._get_documents().search(domain, order="id DESC", limit=MOST)

    def action_open(self):
        """List the documents that would have asked."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Would Have Asked: %s", self.rule_id.name),
            "res_model": self.rule_id.res_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.asking_ids or [])],
        }
