from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SalesQuotationNegotiation(models.Model):
    """The number under which a quotation goes through its rounds; made with the second round."""

    _name = "sales.quotation.negotiation"
    _description = "Negotiation of a Quotation"
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    # Record rules look at these as superuser and leave them in the cache: users read the others.
    round_ids = fields.One2many(
        "sale.order", "negotiation_id", string="All Rounds", readonly=True, groups=fields.NO_ACCESS
    )
    readable_round_ids = fields.Many2many(
        "sale.order", string="Rounds", compute="_compute_readable_rounds"
    )
    last_round = fields.Integer(default=1, required=True, readonly=True)
    round_limit = fields.Integer(
        help="Rounds that this quotation may have; 0 for what the company allows."
    )

    _round_limit_positive = models.Constraint(
        "CHECK (round_limit >= 0)", "The round limit is 0 (that of the company) or more."
    )

    @api.model
    def _has_field_access(self, field, operation):
        """Managers allow more rounds, or fewer; numbers are counted, and written by nobody."""
        if operation == "write" and field.name != "round_limit" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @api.depends("round_ids")
    @api.depends_context("uid")
    def _compute_readable_rounds(self):
        domain = [("negotiation_id", "in", self.ids)]
        rounds = self.env["sale.order"].search(domain, order="round_number")
        rounds = rounds.grouped("negotiation_id")
        for negotiation in self:
            negotiation.readable_round_ids = rounds.get(negotiation)

    def _get_limit(self):
        self.ensure_one()
        return self.round_limit or self.company_id.quotation_round_limit

    def _get_current_round(self):
        self.ensure_one()
        return self.env["sale.order"].search(
            [("negotiation_id", "=", self.id), ("is_superseded", "=", False)], limit=1
        )

    def _take_number(self, expected):
        """Take the number of the next round.

        Two who do so at once write the same row: the database lets one wait, and Odoo then lets
        it begin again, with what the other did before its eyes.

        :param int expected: the last round that the user has seen, 0 for whichever
        :raise UserError: there is a newer round already, or no more are allowed
        """
        self.ensure_one()
        if expected and expected != self.last_round:
            raise UserError(self._get_overtaken_message())
        self._check_limit()
        taken = self.env.execute_query(
            SQL(
                """
                UPDATE sales_quotation_negotiation
                   SET last_round = last_round + 1
                 WHERE id = %s AND last_round = %s
             RETURNING last_round
                """,
                self.id,
                self.last_round,
            )
        )
        if not taken:
            raise UserError(self._get_overtaken_message())
        self.invalidate_recordset(["last_round"])
        self.modified(["last_round"])
        return taken[0][0]

    def _check_limit(self):
        limit = self._get_limit()
        if limit and self.last_round >= limit:
            raise UserError(
                self.env._(
                    "%(number)s has had %(count)s rounds, and %(limit)s are allowed. Ask a sales"
                    " manager to raise its limit in Sales > Orders > Negotiations, or win with"
                    " the round there is.",
                    number=self.name,
                    count=self.last_round,
                    limit=limit,
                )
            )

    def _get_overtaken_message(self):
        return self.env._(
            "There is a round %(round)s of %(number)s already: somebody was faster. Open it, and"
            " make a new round from there if one is still wanted.",
            round=self.last_round,
            number=self.name,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_rounds(self):
        # reason: those that the user may not read are rounds as well
        if self.sudo().round_ids:
            raise UserError(
                self.env._(
                    "The rounds of %s are its history. Delete all of them together instead.",
                    ", ".join(self.mapped("name")),
                )
            )
