from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CLOCK_TOLERANCE = timedelta(minutes=10)  # the phone's clock may be ahead
ANSWER_TIME = timedelta(days=3)  # a mail so long before a follow-up by mail proves it
KEPT_FIELDS = {"next_activity_id", "evidence", "is_verified", "team_id"}


class SalesFollowup(models.Model):
    """What a salesperson did with a customer, what came out, and what is next."""

    _name = "sales.followup"
    _inherit = ["mail.thread"]
    _description = "Follow-up"
    _order = "date desc, id desc"
    _rec_name = "content"
    _check_company_auto = True
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
        check_company=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        domain="[('commercial_partner_id', '=', partner_id), ('id', '!=', partner_id)]",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date = fields.Datetime(string="When", required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    team_id = fields.Many2one(
        "crm.team", compute="_compute_team_id", store=True, index="btree_not_null"
    )
    method_id = fields.Many2one(
        "sales.followup.method",
        required=True,
        compute="_compute_method_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    matter_id = fields.Many2one(
        "sales.followup.matter", index="btree_not_null", ondelete="restrict"
    )
    content = fields.Text(
        required=True,
        compute="_compute_content",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    problem = fields.Text(string="Problem Summary")
    result = fields.Text()
    next_step = fields.Char()
    next_date = fields.Date(
        string="Next Step On", help="A reminder is made for this day, with the next step as text."
    )
    next_activity_id = fields.Many2one(
        "mail.activity", string="Reminder", readonly=True, copy=False, ondelete="set null"
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Photos and Files",
        copy=False,
        bypass_search_access=True,
    )
    lead_id = fields.Many2one(
        "crm.lead", string="Opportunity", index="btree_not_null", ondelete="set null"
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Quotation / Order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    evidence = fields.Selection(
        [("order", "Order"), ("mail", "Answered Mail")],
        compute="_compute_evidence",
        store=True,
        help="What proves that there was contact. Without it, this is a note.",
    )
    is_verified = fields.Boolean(
        string="Proven Contact", compute="_compute_is_verified", store=True
    )

    _customer_date_idx = models.Index("(partner_id, date DESC, id DESC)")
    _about_check = models.Constraint(
        "CHECK (partner_id IS NOT NULL OR lead_id IS NOT NULL)",
        "Choose the customer of the follow-up.",
    )

    @api.depends("lead_id.partner_id", "order_id.partner_id")
    def _compute_partner_id(self):
        for followup in self.filtered(lambda f: not f.partner_id):
            origin = followup.order_id.partner_id or followup.lead_id.partner_id
            followup.partner_id = origin.commercial_partner_id

    @api.depends("user_id")
    def _compute_team_id(self):
        for followup in self:
            followup.team_id = followup.user_id.sale_team_id

    @api.depends("partner_id")
    def _compute_method_id(self):
        methods = self.env["sales.followup.method"].search_fetch(
            [("active", "=", True)], ["preferred_by"]
        )
        for followup in self.filtered(lambda f: not f.method_id or not f._origin):
            preferred = followup.partner_id.followup_method
            suiting = methods.filtered(lambda m, p=preferred: p and m.preferred_by == p)
            followup.method_id = (suiting or followup.method_id or methods)[:1]

    @api.depends("matter_id")
    def _compute_content(self):
        for followup in self.filtered(lambda f: not f.content):
            followup.content = followup.matter_id.template

    @api.depends("method_id.is_verifiable", "order_id.state", "partner_id", "date")
    def _compute_evidence(self):
        verifiable = self.filtered("method_id.is_verifiable")
        evidence = verifiable._get_evidence()
        for followup in self:
            followup.evidence = evidence.get(followup)

    @api.depends("evidence")
    def _compute_is_verified(self):
        for followup in self:
            followup.is_verified = bool(followup.evidence)

    def _get_evidence(self):
        """Return what proves the contact, by follow-up. Later rooms add their own (a visit)."""
        ordered = self.filtered(lambda f: f._is_ordered())
        found = dict.fromkeys(self._filter_answered(), "mail")
        return found | dict.fromkeys(ordered, "order")

    def _is_ordered(self):
        order = self.order_id.sudo()  # an order proves contact, whosever it is, with its customer
        is_own = order.partner_id.commercial_partner_id == self.partner_id
        return is_own and order.state == "sale"

    def _filter_answered(self):
        """Return those that a customer's answer by mail came shortly before."""
        dated = self.filtered(lambda f: f.partner_id and f.date)
        if not dated:
            return dated
        first, last = min(dated.mapped("date")), max(dated.mapped("date"))
        # sudo: that there was an answer proves the contact, whoever may read it
        answers = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [
                    ("author_id.commercial_partner_id", "in", dated.partner_id.ids),
                    ("message_type", "=", "email"),
                    ("parent_id", "!=", False),
                    ("date", ">=", first - ANSWER_TIME),
                    ("date", "<=", last + CLOCK_TOLERANCE),
                ],
                ["author_id", "date"],
            )
        )
        by_customer = answers.grouped(lambda m: m.author_id.commercial_partner_id)
        return dated.filtered(
            lambda f: any(
                f.date - ANSWER_TIME <= answer.date <= f.date + CLOCK_TOLERANCE
                for answer in by_customer.get(f.partner_id, ())
            )
        )

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for followup in self:
            day = fields.Datetime.context_timestamp(
                followup, followup.date or fields.Datetime.now()
            )
            about = followup.partner_id.display_name or followup.lead_id.display_name or ""
            followup.display_name = f"{about}, {fields.Date.to_string(day.date())}"

    @api.constrains("date")
    def _check_date(self):
        limit = fields.Datetime.now() + CLOCK_TOLERANCE
        if any(followup.date > limit for followup in self):
            raise ValidationError(
                self.env._(
                    "When: a follow-up cannot lie in the future. For what is still to be done, "
                    "fill in the next step and its day."
                )
            )

    # ---- create, write, unlink --------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        followups = super().create(self._prepare_customer_vals(vals_list))
        followups._link_attachments()
        followups._update_reminders()
        followups._update_customers()
        followups._restart_intervals()
        return followups

    def write(self, vals):
        customers = self.partner_id
        [vals] = self._prepare_customer_vals([self._drop_kept_values(vals)])
        written = super().write(vals)
        if "attachment_ids" in vals:
            self._link_attachments()
        if {"next_step", "next_date", "user_id", "partner_id", "method_id"} & vals.keys():
            self._update_reminders()
        if {"partner_id", "date", "method_id", "order_id", "lead_id"} & vals.keys():
            self._update_customers(customers)
        return written

    def unlink(self):
        customers = self.partner_id
        self._get_open_reminders().unlink()
        deleted = super().unlink()
        customers._update_followup_dates()
        return deleted

    @api.model
    def _prepare_create_values(self, vals_list):
        """Extend: after the defaults, which the context may have given."""
        return list(map(self._drop_kept_values, super()._prepare_create_values(vals_list)))

    @api.model
    def _drop_kept_values(self, vals):
        """Leave out what only the addon itself writes, whatever a call from outside says.

        With the reminder of somebody else as that of his follow-up, a user could read it.
        """
        if self.env.su:
            return vals
        self._check_origins(vals)
        return {name: value for name, value in vals.items() if name not in KEPT_FIELDS}

    @api.model
    def _check_origins(self, vals):
        """Documents show their name to whoever holds them, so they have to be readable."""
        for fname in ("lead_id", "order_id"):
            if vals.get(fname):
                self.env[self._fields[fname].comodel_name].browse(vals[fname]).check_access("read")

    @api.model
    def _prepare_customer_vals(self, vals_list):
        """A contact stands for its company: the follow-up belongs to the customer."""
        partners = self.env["res.partner"].browse(
            {v.get("partner_id") or 0 for v in vals_list} - {0}
        )
        contacts = {p.id: p.commercial_partner_id.id for p in partners}
        contacts = {key: value for key, value in contacts.items() if key != value}
        return [self._prepare_contact_vals(vals, contacts) for vals in vals_list]

    @api.model
    def _prepare_contact_vals(self, vals, contacts):
        contact_id = vals.get("partner_id")
        if contact_id not in contacts:
            return vals
        vals = {"contact_id": contact_id, **vals}
        return {**vals, "partner_id": contacts[contact_id]}

    def _link_attachments(self):
        """Who may read the follow-up may read what was uploaded before it was saved."""
        for followup in self:
            # sudo: only what the user uploaded just now and nothing else holds
            mine = followup.attachment_ids.sudo().filtered(
                lambda a: not a.res_id and a.create_uid == self.env.user
            )
            mine.write({"res_model": self._name, "res_id": followup.id})

    def _update_customers(self, former=()):
        former = self.env["res.partner"].browse(partner.id for partner in former)
        (self.partner_id | former)._update_followup_dates()

    # ---- the next step ----------------------------------------------------------------------

    def _get_open_reminders(self):
        # sudo: the reminder belongs to the follow-up, also when another person has it
        return self.sudo().next_activity_id.filtered("active")

    def _update_reminders(self):
        """Make, change or drop the reminder of the next step."""
        dropped = self.filtered(lambda f: not f.next_date)
        dropped._get_open_reminders().unlink()
        for followup in self - dropped:
            values = followup._prepare_reminder_vals()
            if reminder := followup._get_open_reminders():
                reminder.write(values)
            elif not followup.next_activity_id:
                followup._make_reminder(values)

    def _restart_intervals(self):
        """Who was followed up just now need not be contacted again before the interval is over."""
        # sudo: the reminder belongs to the customer, also when another person has it
        rules = self.env["sales.reminder.rule"].sudo()
        rules.search(
            [("partner_id", "in", self.partner_id.ids), ("is_interval", "=", True)]
        )._restart(self)

    def _make_reminder(self, values):
        # sudo: whoever may log a follow-up of a customer may be reminded of the next step
        followup = self.sudo()
        followup.next_activity_id = self.env["mail.activity"].sudo().create(values)

    def _prepare_reminder_vals(self):
        self.ensure_one()
        document = self.partner_id or self.lead_id
        category = self.method_id.activity_type_id or self.env.ref(
            "sales_followup.activity_type_contact"
        )
        return {
            "res_model_id": self.env["ir.model"]._get_id(document._name),
            "res_id": document.id,
            "activity_type_id": category.id,
            "summary": self.next_step or self.env._("Next step of the follow-up"),
            "date_deadline": self.next_date,
            "user_id": self.user_id.id,
        }

    def action_open_customer(self):
        """Open the customer, or the lead as long as it has none."""
        self.ensure_one()
        return (self.partner_id or self.lead_id).get_formview_action()
