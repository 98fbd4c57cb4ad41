from odoo import models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _draw_numbers(self, count):
        """Return the next so many names of one sequence, in one query where that can be."""
        self.ensure_one()
        if self.implementation != "standard" or self.use_date_range:
            return [self._next() for _n in range(count)]
        name = f"ir_sequence_{self.id:03d}"
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        return [self.get_next_char(number) for (number,) in rows]
