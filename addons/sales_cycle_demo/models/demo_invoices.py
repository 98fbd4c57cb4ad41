from odoo import api, models

from ..company.order_plan import SCENARIOS

INVOICED_HOUR = 17
# Days from the invoice to the money, in turn
PAYMENT_DAYS = (3, 9, 16, 24, 29)


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _create_invoices(self, planned):
        """Invoice what was delivered, post it on its day and register the payments."""
        invoiced = [p for p in planned if self._is_invoiced(p)]
        orders = self._get_orders(invoiced)
        orders._create_invoices(grouped=True)
        posted = [p for p in invoiced if p.scenario != "draft_invoice"]
        posted.sort(key=lambda p: -p.delivered_age)
        self._post_invoices(posted)
        self._report_progress("invoices", len(posted), len(invoiced))
        self._register_payments([p for p in posted if SCENARIOS[p.scenario].paid])

    @api.model
    def _is_invoiced(self, plan):
        """Partly delivered orders are invoiced in part, every second of them."""
        if plan.scenario == "partial":
            return plan.number % 2 == 0
        return SCENARIOS[plan.scenario].is_invoiced

    @api.model
    def _post_invoices(self, planned):
        invoices = self.env["account.move"]
        for number, plan in enumerate(planned, 1):
            invoice = self._ref("order", plan.key).invoice_ids
            invoice.write(self._prepare_posting(plan, number))
            invoices += invoice
        invoices.action_post()

    @api.model
    def _prepare_posting(self, plan, number):
        day = self._get_time(plan.delivered_age, INVOICED_HOUR).date()
        return {"invoice_date": day, "date": day, "fapiao": f"{24510000 + number * 37:08d}"}

    # === PAYMENTS === #

    @api.model
    def _register_payments(self, planned):
        for number, plan in enumerate(planned):
            self._register_payment(plan, PAYMENT_DAYS[number % len(PAYMENT_DAYS)])
            if number % 10 == 9 or number == len(planned) - 1:
                self._report_progress("payments", number + 1, len(planned))

    @api.model
    def _register_payment(self, plan, days):
        invoice = self._ref("order", plan.key).invoice_ids
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(self._prepare_payment(plan, invoice, days))._create_payments()

    @api.model
    def _prepare_payment(self, plan, invoice, days):
        share = SCENARIOS[plan.scenario].paid
        age = max(plan.delivered_age - days, 1)
        return {
            "payment_date": self._get_time(age).date(),
            "journal_id": self._get_bank_journal(self.env.company).id,
            "amount": invoice.currency_id.round(invoice.amount_residual * share),
            "payment_difference_handling": "open",
        }
