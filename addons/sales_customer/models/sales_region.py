from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalesRegion(models.Model):
    """Where customers are, as the sales organisation sees it: a tree."""

    _name = "sales.region"
    _description = "Sales Region"
    _parent_store = True
    _order = "complete_name"
    _rec_name = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(compute="_compute_complete_name", recursive=True, store=True)
    parent_id = fields.Many2one("sales.region", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("sales.region", "parent_id")
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for region in self:
            names = (region.parent_id.complete_name, region.name)
            region.complete_name = " / ".join(filter(None, names))

    @api.constrains("parent_id")
    def _check_no_cycle(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A region cannot lie in itself. Choose another parent region.")
            )
