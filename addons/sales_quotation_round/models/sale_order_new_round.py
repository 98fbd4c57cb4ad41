from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from .sale_order import ROUND_TOKEN

PAYMENT_STATES = ("pending", "authorized", "done")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # ---- buttons ------------------------------------------------------------------------------

    def action_new_round(self):
        """Make the next round from this one and open it.

        The context may say ``expected_round``, the last round that the user has seen.

        :return: action that opens the new round
        :raise UserError: the quotation was won, has a newer round, or no more rounds are allowed
        """
        self.ensure_one()
        expected = self.env.context.get("expected_round")
        expected = expected if isinstance(expected, int) else 0
        return self._make_round(expected=expected)._open_round()

    def action_open_current_round(self):
        """Open the round that replaced this one.

        :return: action of the client
        """
        self.ensure_one()
        return self.current_round_id._open_round()

    def action_view_rounds(self):
        """Open the comparison of the rounds of this quotation.

        :return: action of the client
        """
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "sales_quotation_round.rounds",
            "name": self.env._("Rounds of %s", self.name),
            "context": {"active_id": self.id, "active_model": self._name},
        }

    def _open_round(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    # ---- a new round --------------------------------------------------------------------------

    def _make_round(self, expected=0, keep_discounts=True, reason=False, note=False, edit=None):
        """Make the next round of this quotation from this round, which may be any of them.

        :param int expected: the last round that the user has seen, 0 for whichever
        :param bool keep_discounts: take over discounts; else those of the pricelist
        :param str reason: why there is a new round
        :param str note: what was given and why
        :param edit: called with the values of the new round, to change them before it is made
        :return: the new round
        :raise UserError: the quotation was won, has a newer round, or no more rounds are allowed
        """
        self.ensure_one()
        self.check_access("read")
        current = self._get_round_to_replace()
        current.check_access("write")
        current._check_replaceable()
        negotiation = self._ensure_negotiation()
        number = negotiation._take_number(expected)
        current._supersede()
        values = self._prepare_round(number, keep_discounts)
        values |= {"round_reason": reason, "round_note": note}
        if edit:
            edit(values)
        made = self._with_round_token().create(values).with_env(self.env)
        made._announce_round(current)
        made._take_over(current)
        return made

    def _with_round_token(self):
        context = clean_context(self.env.context)
        return self.with_context(context, sales_quotation_round_token=ROUND_TOKEN)

    def _get_round_to_replace(self):
        """Return the current round, in the user's name: who makes a round closes this one."""
        if not self.negotiation_id:
            return self
        # reason: the current round is closed also if the user may not see it, and then refused
        current = self.negotiation_id.sudo()._get_current_round()
        return current.with_env(self.env)

    def _check_replaceable(self):
        if self.state == "sale":
            raise UserError(
                self.env._(
                    "%s was accepted. Cancel the order first, or change the order itself.",
                    self._get_round_name(),
                )
            )
        # reason: salespeople may not read payments, and must not offer anew what is being paid
        payments = self.sudo().transaction_ids.filtered(lambda tx: tx.state in PAYMENT_STATES)
        if payments:
            raise UserError(
                self.env._(
                    "%(round)s is being paid (%(payments)s). Refund or cancel the payment first.",
                    round=self._get_round_name(),
                    payments=", ".join(payments.mapped("reference")),
                )
            )

    def _ensure_negotiation(self):
        """Return the negotiation, with the rights to count on: salespeople only read it."""
        if not self.negotiation_id:
            values = {"name": self.name, "company_id": self.company_id.id}
            # reason: a number and its limit are not the salesperson's to write
            negotiation = self.env["sales.quotation.negotiation"].sudo().create(values)
            self._with_round_token().negotiation_id = negotiation.id
            self.flush_recordset()
        # reason: see above
        return self.negotiation_id.sudo()

    def _supersede(self):
        order = self._with_round_token()
        if order.state != "cancel":
            order._action_cancel()
        order.is_superseded = True
        order.flush_recordset()

    def _prepare_round(self, number, keep_discounts):
        """Return values of a copy that knows which line is which."""
        values = self.copy_data(self._prepare_round_default(number))[0]
        sources = self._get_copiable_order_lines()
        commands = values["order_line"]
        # Where another addon copies other lines, they are matched by product and order instead.
        if len(commands) == len(sources):
            for command, source in zip(commands, sources, strict=True):
                self._prepare_round_line(command[2], source, keep_discounts)
        return values

    def _prepare_round_default(self, number):
        return {
            "name": self.name,
            "negotiation_id": self.negotiation_id.id,
            "round_number": number,
            "base_round_id": self.id,
            "client_order_ref": self.client_order_ref,
            "commitment_date": self.commitment_date,
            "is_superseded": False,
            "round_sent": False,
        }

    def _prepare_round_line(self, values, source, keep_discounts):
        values["round_key"] = source._get_round_key()
        if not keep_discounts:
            values.pop("discount", None)
        if source.combo_item_id or source.product_type == "combo":
            values["virtual_id"] = str(source.id)
            values["linked_virtual_id"] = str(source.linked_line_id.id or "") or False

    def _announce_round(self, replaced):
        """Leave a link to each other in the history of both."""
        self.message_post(
            body=self.env._(
                "%(round)s, made from %(base)s",
                round=self._get_round_name(),
                base=self.base_round_id._get_html_link(),
            )
        )
        replaced.message_post(body=self.env._("Replaced by %s", self._get_html_link()))

    # ---- what moves on ------------------------------------------------------------------------

    def _take_over(self, replaced):
        """Take over what goes on: who follows the round that was replaced, and what is to do.

        :param replaced: the round that was open until now; not always the base of this one
        """
        self._take_over_followers(replaced)
        self._take_over_activities(replaced)

    def _take_over_followers(self, replaced):
        """Subscribe who follows the replaced round, to the same kinds of messages.

        Nobody is written to: it comes after the messages about the round itself.
        """
        # reason: customers' contacts follow as well, and not each salesperson may read them
        followers = replaced.sudo().message_follower_ids.filtered("partner_id.active")
        self.env["mail.followers"]._insert_followers(
            self._name,
            self.ids,
            followers.partner_id.ids,
            subtypes={one.partner_id.id: one.subtype_ids.ids for one in followers},
            existing_policy="replace",
        )
        self.invalidate_recordset(["message_follower_ids", "message_partner_ids"])

    def _take_over_activities(self, replaced):
        activities = replaced._get_activities_to_move()
        if activities:
            activities.write({"res_id": self.id})
            (replaced | self).invalidate_recordset(["activity_ids"])

    def _get_activities_to_move(self):
        """Return what is still to do about a round, whoever does it. Extend: what ends with it."""
        # reason: who may close a round moves what colleagues have to do about it, too
        return self.sudo().activity_ids.filtered("active")

    def _schedule_late_payment(self, transaction):
        self.ensure_one()
        # reason: a payment is processed without a user; the current round may be anybody's
        current = self.negotiation_id.sudo()._get_current_round()
        current.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=current.user_id.id or self.env.uid,
            summary=self.env._("Payment for a round that was replaced"),
            note=self.env._(
                "%(payment)s came for %(round)s. Refund it, or count it towards this round.",
                payment=transaction.reference,
                round=self._get_round_name(),
            ),
        )
