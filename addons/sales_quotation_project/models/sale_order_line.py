from odoo import fields, models

NEW_PROJECT = ("project_only", "task_in_project")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # Not core's project_id and task_id: core writes allocated hours through them at each change of
    # a quantity, also on drafts, and confirms a quotation as soon as a task has its line.
    quoted_project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        readonly=True,
        groups="base.group_user",
    )
    quoted_task_id = fields.Many2one(
        "project.task",
        index="btree_not_null",
        readonly=True,
        groups="base.group_user",
    )
    quoted_milestone_id = fields.Many2one(
        "project.milestone",
        index="btree_not_null",
        readonly=True,
        groups="base.group_user",
    )

    def _timesheet_service_generation(self):
        """Link what was quoted before core makes projects and tasks for what has none."""
        # reason: whoever confirms need not have rights on projects; core generates as superuser
        self.sudo()._link_quoted_work()
        return super()._timesheet_service_generation()

    def _link_quoted_work(self):
        quoted = self.filtered(lambda line: line.quoted_project_id and line.is_service)
        quoted = quoted.filtered(lambda line: line._is_for_quoted_customer())
        quoted._settle_sold_twice()
        for line in quoted:
            line._link_quoted_task()
            line._link_quoted_milestone()
            if line.product_id.service_tracking in NEW_PROJECT and not line.project_id:
                line.project_id = line.quoted_project_id

    def _is_for_quoted_customer(self):
        """A copy of a quotation for somebody else makes projects of its own."""
        project, order = self.quoted_project_id, self.order_id
        customer = (self.quoted_task_id.partner_id or project.partner_id).commercial_partner_id
        same_customer = not customer or customer == order.partner_id.commercial_partner_id
        return same_customer and project.company_id in (
            order.company_id,
            project.company_id.browse(),
        )

    def _link_quoted_task(self):
        task = self.quoted_task_id
        if not task or self.task_id:
            return
        self.task_id = task
        if not task._has_sold_quote():
            task.sale_line_id = self

    def _link_quoted_milestone(self):
        milestone = self.quoted_milestone_id
        if not milestone or milestone._has_sold_quote():
            return
        if self.qty_delivered_method == "milestones":
            milestone.write({"sale_line_id": self.id, "product_uom_qty": self.product_uom_qty})
        self.task_id = self.task_id or milestone.task_ids[:1]

    def _handle_milestones(self, project):
        """A line of a milestone has its milestone, and takes no others of the project."""
        if self.quoted_milestone_id.sale_line_id == self:
            return None
        return super()._handle_milestones(project)


class ProjectTask(models.Model):
    _inherit = "project.task"

    def _has_sold_quote(self):
        """Say whether one task is sold by an item of its own, not by that of its project."""
        line = self.sale_line_id
        return line.quoted_task_id == self and line.state == "sale"


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    def _has_sold_quote(self):
        """Say whether one milestone is delivered by an item that is sold."""
        return self.sale_line_id.state == "sale"
