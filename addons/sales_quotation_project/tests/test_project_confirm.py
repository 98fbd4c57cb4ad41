from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import ProjectQuotationCase


@tagged("post_install", "-at_install")
class TestProjectConfirm(ProjectQuotationCase):
    """A confirmed quotation sells the work that is planned; it plans none a second time."""

    def setUp(self):
        super().setUp()
        self.made = {
            model: self.env[model].search([]).ids
            for model in ("project.project", "project.task", "project.milestone")
        }

    def _confirm(self, order):
        order.with_user(self.seller).action_confirm()
        self.env.invalidate_all()

    def _get_new(self, model):
        return self.env[model].search([("id", "not in", self.made[model])])

    def assertNothingNew(self):
        for model in self.made:
            self.assertFalse(self._get_new(model), model)

    def test_a_draft_leaves_tasks_alone(self):
        order = self._quote(self._take(self._open(), "Plan", "Start"))
        self.assertFalse(self.plan.sale_line_id | self.start.sale_line_id)
        line = order.order_line.filtered("quoted_task_id")
        line.product_uom_qty = 9
        self.assertEqual(self.plan.allocated_hours, 16)
        self.assertEqual(order.state, "draft")

    def test_tasks_are_sold_and_not_made_again(self):
        for tracking in ("no", "task_global_project", "task_in_project", "project_only"):
            with self.subTest(tracking=tracking), self.env.cr.savepoint() as savepoint:
                self.engineering.service_tracking = tracking
                order = self._quote(self._take(self._open(), "Plan", "Wire", "Paint"))
                self._confirm(order)
                self.assertNothingNew()
                sold = {line.quoted_task_id: line for line in order.order_line[:1]}
                sold |= {line.quoted_task_id: line for line in order.order_line[2:]}
                for task, line in sold.items():
                    self.assertEqual(task.sale_line_id, line)
                    self.assertEqual(line.task_id, task)
                self.assertEqual(self.plan.sale_order_id, order)
                self.assertEqual(self.plan.allocated_hours, 16)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_without_the_link_core_makes_tasks(self):
        """So the tests above test something."""
        self.engineering.service_tracking = "task_in_project"
        order = self._quote(self._take(self._open(), "Plan"))
        order.order_line.sudo().quoted_project_id = False
        self._confirm(order)
        self.assertEqual(len(self._get_new("project.task")), 1)

    def test_milestones_are_delivered_by_their_lines(self):
        for tracking in ("no", "project_only", "task_in_project"):
            with self.subTest(tracking=tracking), self.env.cr.savepoint() as savepoint:
                self.acceptance.service_tracking = tracking
                self.plan.milestone_id, self.wire.milestone_id = self.start, self.handover
                order = self._quote(self._take(self._open(), "Start"))
                self._confirm(order)
                self.assertNothingNew()
                line = order.order_line
                self.assertEqual(self.start.sale_line_id, line)
                self.assertEqual(self.start.quantity_percentage, 1)
                self.assertFalse(self.handover.sale_line_id)
                self.assertEqual(line.qty_delivered, 0)
                self.start.is_reached = True
                self.assertEqual(line.qty_delivered, 1)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_milestone_sold_by_another_kind_of_service_is_marked(self):
        self.company.quote_milestone_product_id = self.engineering
        order = self._quote(self._take(self._open(), "Start"))
        self._confirm(order)
        self.assertFalse(self.start.sale_line_id)
        row = self._open().line_ids.filtered(lambda row: row.name == "Start")
        self.assertEqual(row.note, f"On {order.name}")

    def test_new_work_comes_into_the_project(self):
        """A product that makes a task makes it in the project that it was quoted from."""
        setup = self._new_product("Setup", 100, 1, type="service", service_tracking="no")
        self._sell({"product_id": setup.id, "product_uom_qty": 2})
        setup.service_tracking = "task_in_project"
        order = self._quote(self._take(self._open(), "Setup"))
        self._confirm(order)
        self.assertFalse(self._get_new("project.project"))
        self.assertEqual(self._get_new("project.task").project_id, self.project)

    def test_sold_is_marked_and_the_second_sale_makes_no_second_task(self):
        self.engineering.service_tracking = "task_in_project"
        first = self._quote(self._take(self._open(), "Plan"))
        self._confirm(first)
        wizard = self._open()
        row = wizard.line_ids.filtered(lambda row: row.name == "Plan")
        self.assertEqual((row.note, row.is_taken), (f"On {first.name}", False))
        second = self._quote(self._take(wizard, "Plan"))
        self._confirm(second)
        self.assertFalse(self._get_new("project.task"))
        self.assertEqual(self.plan.sale_line_id, first.order_line)

    def _quote_twice(self, *names):
        return [self._quote(self._take(self._open(), *names)) for _n in range(2)]

    def test_one_of_two_alternatives_is_sold(self):
        for product in (self.acceptance, self.engineering):
            self.company.quote_milestone_product_id = product
            first, second = self._quote_twice("Plan", "Start")
            self._confirm(first)
            named = f"{first.name} ({self.seller.name})"
            self.assertRefused(
                UserError,
                lambda order=second: self._confirm(order),
                second.name,
                f"Plan: {named}",
                f"Start: {named}",
            )
            self.env.invalidate_all()
            self.assertEqual(second.state, "draft")
            self.assertEqual(self.plan.sale_line_id.order_id, first)
            first.sudo()._action_cancel()
            self._confirm(second)
            self.assertEqual(self.plan.sale_line_id.order_id, second)
            second.sudo()._action_cancel()

    def test_two_alternatives_at_once(self):
        first, second = self._quote_twice("Plan")
        self.assertRefused(
            UserError, lambda: self._confirm(first | second), first.name, second.name
        )

    def test_a_copy_of_an_order_sells_new_work(self):
        """Who copies what is sold wants to sell it again; Odoo makes what it makes for a sale."""
        for tracking in ("no", "task_global_project", "task_in_project", "project_only"):
            with self.subTest(tracking=tracking), self.env.cr.savepoint() as savepoint:
                self.engineering.service_tracking = tracking
                order = self._quote(self._take(self._open(), "Plan"))
                self._confirm(order)
                self.assertNothingNew()
                copy = order.with_user(self.seller).copy()
                self._confirm(copy)
                self.assertEqual(copy.state, "sale")
                self.assertEqual(self.plan.sale_line_id, order.order_line)
                tasks = self._get_new("project.task")
                self.assertEqual(len(tasks), int(tracking.startswith("task")))
                if tasks:
                    self.assertEqual(tasks.project_id, self.project)
                    self.assertEqual(tasks.sale_line_id, copy.order_line)
                self.assertFalse(self._get_new("project.project"))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_copy_takes_no_other_milestones_of_the_project(self):
        for tracking in ("project_only", "task_in_project"):
            with self.subTest(tracking=tracking), self.env.cr.savepoint() as savepoint:
                self.acceptance.service_tracking = tracking
                order = self._quote(self._take(self._open(), "Start"))
                self._confirm(order)
                copy = order.with_user(self.seller).copy()
                self._confirm(copy)
                self.assertEqual(self.start.sale_line_id, order.order_line)
                self.assertFalse(self.handover.sale_line_id)
                new = self._get_new("project.milestone")
                self.assertEqual((new.project_id, new.name), (self.project, "Start"))
                self.assertEqual(new.sale_line_id, copy.order_line)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_copies_of_quotations_and_of_cancelled_orders_are_alternatives(self):
        order = self._quote(self._take(self._open(), "Plan"))
        copies = order.copy()
        self._confirm(order)
        order.sudo()._action_cancel()
        copies |= order.copy()
        self.assertEqual(copies.order_line.quoted_task_id, self.plan)
        first, second = copies
        self._confirm(first)
        self.assertRefused(UserError, lambda: self._confirm(second), first.name)

    def test_lines_of_a_sold_order_are_new_work_on_another_quotation(self):
        order = self._quote(self._take(self._open(), "Plan"))
        self._confirm(order)
        other = self._new_order([{}])
        copier = self.env["sales.quotation.copy"].with_user(self.seller)
        copier.create({"order_id": other.id, "source_id": order.id}).action_copy()
        self.assertEqual(len(other.order_line), 2)
        self._confirm(other)
        self.assertEqual(self.plan.sale_line_id.order_id, order)

    def test_a_task_that_a_sale_has_made_keeps_its_item(self):
        self.engineering.service_tracking = "task_in_project"
        order = self._quote(self._take(self._open(), "Plan"))
        self._confirm(order)
        copy = order.with_user(self.seller).copy()
        self._confirm(copy)
        task = self._get_new("project.task")
        task.name = "Second plan"
        again = self._quote(self._take(self._open(), "Second plan"))
        self._confirm(again)
        self.assertEqual(task.sale_line_id, copy.order_line)

    def test_a_colleagues_order_is_not_named(self):
        first = self._quote(self._take(self._open(), "Plan"))
        second = first.copy()
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        second.sudo().user_id = colleague
        self._confirm(first)
        text = self.assertRefused(
            UserError, second.with_user(colleague).action_confirm, "order of a colleague"
        )
        self.assertNotIn(first.name, text)

    def test_a_customer_who_accepts_is_not_refused(self):
        first, second = self._quote_twice("Plan")
        self._confirm(first)
        portal = new_test_user(self.env, "portal_q", "base.group_portal")
        second.with_user(portal).sudo().action_confirm()
        self.env.invalidate_all()
        self.assertEqual(second.state, "sale")
        self.assertEqual(self.plan.sale_line_id.order_id, first)
        activity = second.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn(f"Plan: {first.name} ({self.seller.name})", str(activity.note))

    def test_a_task_of_the_projects_item_gets_one_of_its_own(self):
        self._sell({"product_id": self.engineering.id})
        line = self.env["sale.order.line"].search(
            [("product_id", "=", self.engineering.id)], limit=1
        )
        self.project.sale_line_id = line
        self.assertEqual(self.plan.sale_line_id, line)
        order = self._quote(self._take(self._open(), "Plan"))
        self._confirm(order)
        self.assertEqual(self.plan.sale_line_id, order.order_line)
        self.assertEqual(self.wire.sale_line_id, line)

    def test_confirmed_again_after_it_was_cancelled(self):
        self.engineering.service_tracking = "task_in_project"
        order = self._quote(self._take(self._open(), "Plan"))
        self._confirm(order)
        order.sudo()._action_cancel()
        self.assertFalse(self._open().line_ids.filtered("note"))
        order.sudo().action_draft()
        self._confirm(order)
        self.assertNothingNew()

    def test_what_a_cancelled_order_had_sold_is_sold_anew(self):
        first = self._quote(self._take(self._open(), "Plan"))
        self._confirm(first)
        first.sudo()._action_cancel()
        second = self._quote(self._take(self._open(), "Plan"))
        self._confirm(second)
        self.assertEqual(self.plan.sale_line_id, second.order_line)

    def test_a_copy_for_another_customer_makes_its_own(self):
        self.engineering.service_tracking = "task_in_project"
        order = self._quote(self._take(self._open(), "Plan"))
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        copy = order.copy({"partner_id": stranger.id})
        self._confirm(copy)
        self.assertFalse(self.plan.sale_line_id)
        self.assertEqual(len(self._get_new("project.project")), 1)

    def test_a_line_added_to_a_confirmed_order_by_hand_is_cores(self):
        order = self._quote(self._take(self._open(), "Plan"))
        self._confirm(order)
        self.engineering.service_tracking = "task_in_project"
        self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.engineering.id}
        )
        self.assertEqual(len(self._get_new("project.task")), 1)
