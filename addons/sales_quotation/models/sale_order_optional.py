"""What the customer can choose on the portal is offered, though it has no quantity yet."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_optional_lines(self):
        """Give the lines of one order below a section that is optional.

        It says what ``sale.order.line._is_line_optional`` says, of all lines at once: that stands
        on a field which is not computed again while sections move.
        """
        found = self.env["sale.order.line"]
        if not any(self.order_line.mapped("is_optional")):
            return found
        section = part = False
        for line in self.order_line.sorted("sequence"):
            if line.display_type == "line_section":
                section, part = line.is_optional, False
            elif line.display_type == "line_subsection":
                part = line.is_optional
            elif section or part:
                found |= line
        return found
