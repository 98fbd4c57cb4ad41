from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ProjectQuotationCase

MODELS = ("sales.quotation.project", "sales.quotation.project.line")


@tagged("post_install", "-at_install")
class TestProjectRights(ProjectQuotationCase):
    def test_a_secret_project_gives_nothing(self):
        self.project.privacy_visibility = "followers"
        self.project.message_unsubscribe(self.seller.partner_id.ids)
        order = self._new_order()
        wizards = self.env["sales.quotation.project"].with_user(self.seller)
        values = {"project_id": self.project.id, "partner_id": self.customer.id}
        for call in (
            self._open,
            lambda: wizards.create(values),
            lambda: self._open_on(order),
            self.project.with_user(self.seller).action_view_quotations,
        ):
            with self.assertRaises(AccessError):
                call()
        mine = wizards.create({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            mine.project_id = self.project

    def test_a_secret_task_is_neither_shown_nor_put_in(self):
        secret = self._new_project("Secret", privacy_visibility="followers")
        hidden = self._new_task("Hidden", project_id=secret.id)
        wizard = self._open()
        row = {"kind": "task", "name": "x", "task_id": hidden.id}
        with self.assertRaises(AccessError):
            wizard.line_ids = [Command.create(row)]
        with self.assertRaises(AccessError):
            wizard.line_ids[0].task_id = hidden
        milestone = self._new_milestone("M", project_id=secret.id)
        with self.assertRaises(AccessError):
            wizard.line_ids[0].milestone_id = milestone

    def test_a_line_takes_no_secret_work(self):
        """Lines show its name with the rights of nobody, and confirming would link it."""
        secret = self._new_project("Secret", privacy_visibility="followers")
        hidden = {
            "quoted_project_id": secret,
            "quoted_task_id": self._new_task("Hidden", project_id=secret.id),
            "quoted_milestone_id": self._new_milestone("Mine", project_id=secret.id),
        }
        order = self._new_order()
        for name, record in hidden.items():
            for call in (
                lambda name=name, record=record: order.order_line.write({name: record.id}),
                lambda name=name, record=record: self._new_order([{name: record.id}]),
            ):
                with self.subTest(name), self.assertRaises(AccessError):
                    call()
                    self.env.flush_all()
                self.env.invalidate_all()

    def test_a_quotation_is_copied_though_its_project_has_become_secret(self):
        order = self._quote(self._take(self._open(), "Plan", "Start"))
        self.project.privacy_visibility = "followers"
        self.project.message_unsubscribe(self.seller.partner_id.ids)
        self.env.invalidate_all()
        copy = order.with_user(self.seller).copy()
        self.assertEqual(copy.order_line.sudo().quoted_task_id, self.plan)

    def test_a_task_of_another_project_is_refused(self):
        other = self._new_task("Elsewhere", project_id=self._new_project("Other").id)
        wizard = self._take(self._open(), "Plan")
        wizard.line_ids.filtered("is_taken").task_id = other
        self.assertRefused(UserError, wizard.action_apply, "not of this project")

    def test_roles_that_do_not_sell(self):
        planner = new_test_user(self.env, "planner", "project.group_project_manager")
        portal = new_test_user(self.env, "portal_p", "base.group_portal")
        for user in (planner, portal):
            with self.assertRaises(AccessError):
                self._open(user=user)
            for model in MODELS:
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search_read([])
            with self.assertRaises(AccessError):
                self.project.with_user(user).read(["quotation_count"])
        with self.assertRaises(AccessError):
            self.project.with_user(portal).action_view_quotations()
        order = self._new_order()
        with self.assertRaises(AccessError):
            order.order_line.with_user(portal).read(["quoted_task_id"])

    def test_a_colleague_cannot_use_my_dialog_nor_my_quotation(self):
        wizard = self._take(self._open(), "Plan")
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            wizard.with_user(colleague).action_apply()
        for record in (wizard, wizard.line_ids):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                record.with_user(colleague).read([])
        with self.assertRaises(AccessError):
            self._open_on(self._new_order(), user=colleague)

    def test_another_companys_project(self):
        company = self.env["res.company"].create({"name": "Second"})
        theirs = self._new_project("Theirs", company_id=company.id)
        self._new_task("T", project_id=theirs.id)
        with self.assertRaises(AccessError):
            self._open(theirs)
        self.seller.company_ids |= company
        order = self._new_order()
        both = self.env["sales.quotation.project"].with_user(self.seller)
        both = both.with_context(allowed_company_ids=(self.company | company).ids)
        wizard = both.create({"order_id": order.id, "project_id": theirs.id})
        self.assertRefused(UserError, wizard.action_show, "Theirs", "Second")
        self.project.company_id = self.company
        mine = self.project.with_user(self.seller).with_context(
            allowed_company_ids=(company | self.company).ids
        )
        wizard = both.browse(mine.action_new_quotation()["res_id"])
        self.assertEqual(wizard.company_id, self.company)

    def test_confirming_needs_no_rights_on_projects(self):
        order = self._quote(self._take(self._open(), "Plan", "Start"))
        self.project.privacy_visibility = "followers"
        self.assertFalse(self.seller.has_group("project.group_project_user"))
        self.env.invalidate_all()
        order.with_user(self.seller).action_confirm()
        self.assertEqual(self.plan.sale_order_id, order)
