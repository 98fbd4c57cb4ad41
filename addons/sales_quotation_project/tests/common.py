from odoo.addons.sales_quotation.tests.common import QuotationCase


class ProjectQuotationCase(QuotationCase):
    """A project of the customer with tasks, subtasks and milestones, and services to sell."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hour = cls.env.ref("uom.product_uom_hour")
        cls.day = cls.env.ref("uom.product_uom_day")
        cls.engineering = cls._new_product(
            "Engineering", 800, 400, type="service", uom_id=cls.day.id
        )
        cls.acceptance = cls._new_product(
            "Acceptance", 5000, 0, type="service", service_policy="delivered_milestones"
        )
        cls.company.quote_task_product_id = cls.engineering
        cls.company.quote_milestone_product_id = cls.acceptance
        cls.project = cls._new_project("Line 7", partner_id=cls.customer.id)
        cls.plan = cls._new_task("Plan", allocated_hours=16)
        cls.build = cls._new_task("Build", allocated_hours=80)
        cls.wire = cls._new_task("Wire", parent_id=cls.build.id, allocated_hours=40)
        cls.paint = cls._new_task("Paint", parent_id=cls.build.id, allocated_hours=4)
        cls.start = cls._new_milestone("Start", sequence=1)
        cls.handover = cls._new_milestone("Handover")

    @classmethod
    def _new_project(cls, name, **values):
        return cls.env["project.project"].create(
            {"name": name, "allow_billable": True, "allow_milestones": True, **values}
        )

    @classmethod
    def _new_task(cls, name, **values):
        values = {"project_id": cls.project.id, **values}
        return cls.env["project.task"].create({"name": name, **values})

    @classmethod
    def _new_milestone(cls, name, **values):
        values = {"project_id": cls.project.id, **values}
        return cls.env["project.milestone"].create({"name": name, **values})

    def _open(self, project=None, user=None):
        project = (project or self.project).with_user(user or self.seller)
        action = project.action_new_quotation()
        return self.env[action["res_model"]].with_user(user or self.seller).browse(action["res_id"])

    def _open_on(self, order, project=None, user=None):
        wizards = self.env["sales.quotation.project"].with_user(user or self.seller)
        wizard = wizards.create({"order_id": order.id, "project_id": (project or self.project).id})
        wizard.action_show()
        return wizard

    def _take(self, wizard, *names):
        for row in wizard.line_ids:
            row.is_taken = row.name in names
        return wizard

    def _quote(self, wizard):
        """Press the button, and give the quotation."""
        action = wizard.action_apply()
        return self.env["sale.order"].with_user(self.seller).browse(action["res_id"])

    def _sell(self, *lines, **values):
        order = self._new_order(lines, project_id=self.project.id, **values)
        order.sudo().action_confirm()
        return order

    def _texts(self, order):
        return [(line.display_type, line.name, line.product_uom_qty) for line in order.order_line]
