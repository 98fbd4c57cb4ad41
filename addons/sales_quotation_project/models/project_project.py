from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

OPEN = ("draft", "sent")


class ProjectProject(models.Model):
    _inherit = "project.project"

    quotation_count = fields.Integer(
        compute="_compute_quotation_count", groups="sales_team.group_sale_salesman"
    )

    @api.depends_context("uid")
    def _compute_quotation_count(self):
        orders = defaultdict(set)
        named = self.env["sale.order"]._read_group(
            [("project_id", "in", self.ids), ("state", "in", OPEN)],
            ["project_id"],
            ["id:array_agg"],
        )
        quoted = self.env["sale.order.line"]._read_group(
            [("quoted_project_id", "in", self.ids), ("state", "in", OPEN)],
            ["quoted_project_id"],
            ["order_id:array_agg"],
        )
        for project, ids in named + quoted:
            orders[project.id].update(ids)
        for project in self:
            project.quotation_count = len(orders[project.id])

    def action_view_quotations(self):
        """Show the open quotations of the project.

        :raise AccessError: if the project is not mine to see
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_quotations")
        domain = Domain("project_id", "=", self.id) | Domain(
            "order_line.quoted_project_id", "=", self.id
        )
        action["domain"] = domain & Domain("state", "in", OPEN)
        action["context"] = {"default_project_id": self.id, "create": False}
        return action

    def action_new_quotation(self):
        """Choose what of the project becomes lines of a new quotation.

        :raise UserError: if the project cannot be sold
        :raise AccessError: if the project is not mine to see, or I do not sell
        """
        self.ensure_one()
        wizard = self.env["sales.quotation.project"].create({"project_id": self.id})
        return wizard.action_show()

    def _touch_quotations(self):
        """Meet in the database whoever quotes or sells work of the same projects.

        Reads before would be of no use: Odoo runs at REPEATABLE READ. Whoever comes second to
        this row starts again, with what the first one has committed before his eyes.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    """
                    WITH touched AS (
                        SELECT id FROM project_project WHERE id = ANY(%s)
                      ORDER BY id FOR NO KEY UPDATE)
                    UPDATE project_project project
                       SET write_date = project.write_date
                      FROM touched WHERE project.id = touched.id
                    """,
                    self.ids,
                )
            )
