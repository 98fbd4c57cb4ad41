from odoo import api, fields, models

NEW_PROJECT = ("project_only", "task_in_project")
QUOTED = ("quoted_project_id", "quoted_task_id", "quoted_milestone_id")


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

    @api.constrains(*QUOTED)
    def _check_quoted_readable(self):
        """Lines show what they quote with the rights of nobody: whoever puts it here must see it.

        A copy shows what its user reads on another line.
        """
        mine = self.sudo(False)  # constraints are checked as superuser
        for name in QUOTED:
            secret = mine[name] - mine[name]._filtered_access("read")
            if secret:
                others = mine.search([(name, "in", secret.ids), ("id", "not in", self.ids)])
                (secret - others[name]).check_access("read")

    def copy_data(self, default=None):
        """Extend: whoever copies what is sold sells it again, and plans it again with it.

        The copy of an open quotation is an alternative, and sells the same work.
        """
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if line.state == "sale":
                vals.update(quoted_task_id=False, quoted_milestone_id=False, is_sold_again=False)
        return vals_list

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
            line._link_quoted_project()

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

    def _link_quoted_project(self):
        """Let core make what it makes in the project that a line was quoted from."""
        project, tracking = self.quoted_project_id, self.product_id.service_tracking
        if tracking in NEW_PROJECT and not self.project_id:
            self.project_id = project
        # core asks for a project where it makes a task; copies of orders have lost theirs
        is_lost = not (self.task_id or self.product_id.project_id or self.order_id.project_id)
        if tracking == "task_global_project" and is_lost:
            self.order_id.project_id = project

    def _handle_milestones(self, project):
        """A line of a milestone has its milestone, others get one, and take none of the project.

        Core lets a line take all that are not sold: it looks for those of the project's template.
        """
        if self.quoted_milestone_id.sale_line_id == self:
            return None
        is_there = project and project == self.quoted_project_id
        return super()._handle_milestones(project.browse() if is_there else project)


class ProjectTask(models.Model):
    _inherit = "project.task"

    def _has_sold_quote(self):
        """Say whether one task is sold by an item of its own, not by that of its project."""
        line = self.sale_line_id
        return self in (line.quoted_task_id, line.task_id) and line.state == "sale"


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    def _has_sold_quote(self):
        """Say whether one milestone is delivered by an item that is sold."""
        return self.sale_line_id.state == "sale"
