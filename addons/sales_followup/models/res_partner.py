from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, split_every

BATCH = 500


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "sales.followup.origin"]

    followup_ids = fields.One2many(
        "sales.followup",
        "partner_id",
        string="Follow-up Log",
        groups="sales_team.group_sale_salesman",
    )
    followup_count = fields.Integer(
        string="Follow-ups",
        compute="_compute_followup_count",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends_context("uid")
    @api.depends("followup_ids")
    def _compute_followup_count(self):
        customers = self.commercial_partner_id
        counts = dict(
            self.env["sales.followup"]._read_group(
                [("partner_id", "in", customers.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.followup_count = counts.get(partner.commercial_partner_id, 0)

    def action_add_reminder(self):
        """Open a new reminder on the customer."""
        self.ensure_one()
        category = self.env.ref("sales_followup.activity_type_contact", False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remind Me"),
            "res_model": "mail.activity",
            "view_mode": "form",
            "views": [(self.env.ref("sales_followup.mail_activity_view_form_remind").id, "form")],
            "target": "new",
            "context": {
                "default_res_model": "res.partner",
                "default_res_id": self.id,
                "default_activity_type_id": category and category.id,
                "default_user_id": self.env.uid,
            },
        }

    def _get_followup_defaults(self):
        self.ensure_one()
        customer = self.commercial_partner_id
        contact = self if self != customer else self.browse()
        return {"partner_id": customer.id, "contact_id": contact.id}

    def action_view_followups(self):
        """Open the follow-ups of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_followup.sales_followup_action")
        customer = self.commercial_partner_id
        action["domain"] = [("partner_id", "=", customer.id)]
        action["context"] = {"default_partner_id": customer.id}
        return action

    # ---- who is reminded --------------------------------------------------------------------

    def _hand_over(self):
        """Extend: what the former owner was to do goes to the next one."""
        result = super()._hand_over()
        activities = self._get_former_reminders()
        activities = activities.with_context(mail_activity_quick_update=True)
        for owner, passed in activities.grouped(lambda a: a.customer_id.user_id).items():
            if owner:
                passed.user_id = owner
            else:
                passed._end_without_owner()
        return result

    def _get_former_reminders(self):
        """Return the reminders of these customers in the lists of those who lost them."""
        # sudo: whoever takes a customer from somebody does not see that person's list
        activities = self.env["mail.activity"].sudo()
        reminders = activities.search(
            [("customer_id", "in", self.ids), ("activity_type_id.is_reminder", "=", True)]
        )
        former = self.env["sales.customer.ownership"].sudo()  # sudo: who owned them, for a job, too
        pairs = former._read_group(
            [("partner_id", "in", reminders.customer_id.ids), ("from_user_id", "!=", False)],
            ["partner_id", "from_user_id"],
        )
        lost = {(customer.id, user.id) for customer, user in pairs}
        return reminders.filtered(
            lambda a: (
                (a.customer_id.id, a.user_id.id) in lost and a.user_id != a.customer_id.user_id
            )
        )

    # ---- when there was contact -------------------------------------------------------------

    def _get_contact_queries(self):
        """Return queries of proven contacts: rows of (customer, when).

        A later room that can prove contact adds its own query, and calls
        :meth:`_update_followup_dates` when what it reads changes.
        """
        return [
            SQL(
                """
                SELECT partner_id, date FROM sales_followup
                 WHERE partner_id = ANY(%s) AND is_verified
                """,
                self.ids,
            ),
            SQL(
                """
                SELECT member.commercial_partner_id, sale_order.date_order
                  FROM sale_order
                  JOIN res_partner member ON member.id = sale_order.partner_id
                 WHERE member.commercial_partner_id = ANY(%s) AND sale_order.state = 'sale'
                """,
                self.ids,
            ),
            SQL(
                """
                SELECT author.commercial_partner_id, mail_message.date
                  FROM mail_message
                  JOIN res_partner author ON author.id = mail_message.author_id
                 WHERE author.commercial_partner_id = ANY(%s)
                       AND mail_message.message_type = 'email'
                       AND mail_message.parent_id IS NOT NULL
                """,
                self.ids,
            ),
        ]

    def _update_followup_dates(self):
        """Store when these customers were last followed up, and last contacted for sure."""
        if not self:
            return
        for model in ("sales.followup", "sale.order", "mail.message", "res.partner"):
            self.env[model].flush_model()
        # The documents decide, not what was stored: also right after one is deleted. Two who log
        # at once meet at the customer's row: the second is repeated and sees the first.
        changed = self.env.execute_query(
            SQL(
                """
                UPDATE res_partner customer
                   SET last_followup_date = fresh.followup, last_contact_date = fresh.contact
                  FROM (SELECT wanted.id,
                               (SELECT MAX(date) FROM sales_followup
                                 WHERE partner_id = wanted.id) AS followup,
                               (SELECT MAX(date) FROM (%s) AS proven (partner_id, date)
                                 WHERE partner_id = wanted.id) AS contact
                          FROM unnest(%s) AS wanted (id)) AS fresh
                 WHERE customer.id = fresh.id
                       AND (customer.last_followup_date, customer.last_contact_date)
                           IS DISTINCT FROM (fresh.followup, fresh.contact)
             RETURNING customer.id
                """,
                SQL(" UNION ALL ").join(self._get_contact_queries()),
                self.ids,
            )
        )
        self.browse(row[0] for row in changed)._after_followup_dates(
            ["last_followup_date", "last_contact_date"]
        )

    def _raise_contact_date(self, date):
        """Note proven contact at a time.

        Orders of one customer may come in by many hands at once. None of them waits for another
        one, or fails, at the customer's row: who is writing it has had contact just now, too.
        What is left out is made up for by a job.
        """
        self.flush_model(["last_contact_date"])
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(self._get_raise_query(date), log_exceptions=False)
                rows = self.env.cr.fetchall()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            rows = ()
        self.browse(row[0] for row in rows)._after_followup_dates(["last_contact_date"])

    def _get_raise_query(self, date):
        """A date that is newer by less than ten minutes is not worth a write."""
        return SQL(
            """
            UPDATE res_partner SET last_contact_date = %(date)s
             WHERE id IN (SELECT id FROM res_partner
                           WHERE id = ANY(%(ids)s)
                             AND (last_contact_date IS NULL
                                  OR last_contact_date
                                     < %(date)s::timestamp - interval '10 minutes')
                        ORDER BY id
                             FOR NO KEY UPDATE SKIP LOCKED)
         RETURNING id
            """,
            date=date,
            ids=self.ids,
        )

    @api.model
    def _cron_refresh_contact_dates(self):
        """Once a day: note the orders whose customer was being written when they were confirmed."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.commercial_partner_id
                  FROM sale_order
                  JOIN res_partner member ON member.id = sale_order.partner_id
                  JOIN res_partner customer ON customer.id = member.commercial_partner_id
                 WHERE sale_order.state = 'sale'
                   AND sale_order.date_order > now() AT TIME ZONE 'UTC' - interval '3 days'
                   AND (customer.last_contact_date IS NULL
                        OR customer.last_contact_date < sale_order.date_order)
              GROUP BY 1
                """
            )
        )
        customer_ids = [row[0] for row in rows]
        for batch in split_every(BATCH, customer_ids, self.browse):
            batch._update_followup_dates()
            self.env["ir.cron"]._commit_progress(len(batch))

    def _after_followup_dates(self, names):
        """What stands on the dates (a later room's due date) is computed again."""
        self.invalidate_recordset(names)
        self.modified(names)
