"""Nobody draws more than agreed without seeing it, and not at all where the contract says so."""

from collections import defaultdict
from contextlib import contextmanager, nullcontext

from odoo import api, models
from odoo.exceptions import UserError

COUNTED = {"contract_line_id", "order_id", "product_id", "product_uom_id", "product_uom_qty"}
SHOWN = 20


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends(
        "state",
        "product_uom_qty",
        "product_uom_id",
        "contract_line_id.quantity_left",
        "contract_line_id.contract_id.state",
        "contract_line_id.contract_id.date_start",
        "contract_line_id.contract_id.date_end",
        "order_id.date_order",
    )
    @api.depends_context("lang")
    def _compute_contract_info(self):
        lines = self.sudo()  # reason: how much is left, for whoever reads the order
        lines.update({"contract_info": False, "is_beyond_contract": False})
        wanted = lines.order_id.order_line.filtered("contract_line_id")
        for drawing in wanted.grouped("order_id").values():
            drawn = drawing._get_drawn()
            for line in drawing & lines:
                line.contract_info = line._get_beyond_text(drawn[line.contract_line_id])
                line.is_beyond_contract = bool(line.contract_info)

    def _get_drawn(self):
        """Add up what lines draw from each contract line, in its unit."""
        drawn = defaultdict(float)
        for line in self:
            agreed = line.contract_line_id
            drawn[agreed] += agreed._get_own_quantity(line.product_uom_qty, line.product_uom_id)
        return drawn

    def _get_beyond_text(self, drawn):
        """Say what one line draws that was not agreed, False if nothing.

        :param drawn: what its order draws from the same contract line
        """
        agreed, order = self.contract_line_id, self.order_id
        if order.state == "cancel":
            return False
        is_sold = order.state == "sale"
        name = (self.name or "").partition("\n")[0]
        if lapse := agreed.contract_id._get_lapse(order.date_order if is_sold else None):
            return f"{name}: {lapse}"
        left = agreed.quantity_left if is_sold else agreed.quantity_left - drawn
        if not agreed.quantity or agreed.product_uom_id.compare(left, 0) >= 0:
            return False
        return f"{name}: {agreed._get_left_text(0.0 if is_sold else drawn)}"

    # ---- what changes on confirmed orders -----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """A line that is added to a confirmed order draws, too."""
        lines = super().create(vals_list)
        lines._settle_drawn({})
        return lines

    def write(self, vals):
        """Whoever orders more on a confirmed order draws, too."""
        with self._watch_drawn() if vals.keys() & COUNTED else nullcontext():
            return super().write(vals)

    @contextmanager
    def _watch_drawn(self):
        """Look at what was ordered from contracts before and after what happens within."""
        agreed_lines = self.sudo().contract_line_id  # reason: agreed holds for whoever writes
        before = {agreed: agreed.quantity_ordered for agreed in agreed_lines}
        yield
        self.exists()._settle_drawn(before)

    def _settle_drawn(self, before):
        """Let nobody of us order what was not agreed; a customer has made no mistake.

        Who confirm at once meet at the contract line, which both write: the second starts again,
        and finds what the first has left.

        :param before: {contract line: what was ordered from it}; others were not drawn from
        :raise UserError: for somebody of us, with the lines, what is left and what to do
        """
        lines = self.sudo()  # reason: what was agreed holds for whoever orders
        beyond = lines.filtered(lambda line: line.contract_line_id and line._is_refused(before))
        if not beyond:
            return
        if self.env.user._is_approval_interactive():
            raise UserError(beyond._get_refusal())
        for order, found in beyond.grouped("order_id").items():
            order._tell_beyond(found)

    def _is_refused(self, before):
        """Say whether one line of a confirmed order draws more than before, and may not."""
        agreed = self.contract_line_id
        if self.state != "sale" or agreed.contract_id.over_quantity != "stop":
            return False
        known = before.get(agreed, 0.0) if self.product_uom_qty > 0 else float("inf")
        is_more = agreed.product_uom_id.compare(agreed.quantity_ordered, known) > 0
        return is_more and bool(agreed.contract_id._get_lapse() or agreed._is_overdrawn())

    def _get_refusal(self):
        texts = []
        for line in self[:SHOWN]:
            agreed = line.contract_line_id
            lapse = agreed.contract_id._get_lapse() or agreed._get_left_text(0.0)
            texts.append(f"{(line.name or '').partition(chr(10))[0]}: {lapse}")
        return self.env._(
            "%(orders)s orders what was not agreed:\n%(lines)s\nLower the quantity, take the line "
            "out, or ask a sales manager to change the contract.",
            orders=", ".join(self.order_id.mapped("name")),
            lines="\n".join(texts),
        )
