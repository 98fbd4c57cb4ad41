from odoo import api, models
from odoo.exceptions import ValidationError


class SaleOrderLine(models.Model):
    """A line of a kit asks for the components that are taken from stock."""

    _inherit = "sale.order.line"

    @api.constrains("lot_id", "product_id")
    def _check_no_lot_of_kit(self):
        for line in self:
            if line.lot_id and line._get_kit().kit_bom_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s is a kit, its components are delivered instead: a lot of the "
                        "kit itself cannot be taken. Leave the lot empty.",
                        product=line.product_id.display_name,
                    )
                )

    @api.depends("product_id.kit_bom_id")
    def _compute_availability(self):
        self.order_id.order_line._find_kits()
        return super()._compute_availability()

    def _find_kits(self):
        """Find what all lines and their components are made of, with a query for each level."""
        for company, lines in self.grouped("company_id").items():
            # As in _get_kit, whose records share this cache.
            products = lines.product_id._origin.with_company(company).sudo()
            seen = products
            while products:
                components = products.with_prefetch().kit_bom_id.bom_line_ids.product_id
                products = components - seen
                seen |= products

    def _get_availability_items(self):
        items = super()._get_availability_items()
        if not items or not self._get_kit().kit_bom_id:
            return items
        items = [self._prepare_component_item(item) for item in items]
        open_items = [item for item in items if item.quantity]
        # What is delivered already limits nothing, unless all of it is.
        return open_items or items

    def _prepare_component_item(self, item):
        """Say exactly what is still to come of a component.

        Kits are delivered when all of their components are. When some have gone ahead, the open
        number of kits asks too much of them.
        """
        component = self.env["product.product"].browse(item.key.product_id)
        quantity = item.quantity
        if item.is_firm:
            ordered = self.product_uom_id._compute_quantity(
                self.product_uom_qty, self.product_id.uom_id, rounding_method="HALF-UP"
            )
            delivered = self._get_delivered_of_component(component)
            quantity = max(ordered * self._get_need_factor(item) - delivered, 0.0)
        return item._replace(quantity=component.uom_id.round(quantity, rounding_method="UP"))

    def _get_delivered_of_component(self, component):
        moves = self.move_ids.filtered(
            lambda move: move.product_id == component and move.state == "done"
        )
        delivered = moves.filtered(
            lambda move: (
                move._is_outgoing() and (not move.origin_returned_move_id or move.to_refund)
            )
        )
        returned = moves.filtered(lambda move: move._is_incoming() and move.to_refund)
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, component.uom_id, rounding_method="HALF-UP"
            )
            * (1 if move in delivered else -1)
            for move in delivered | returned
        )

    def _get_availability_needs(self):
        kit = self._get_kit()
        if not kit.kit_bom_id:
            return super()._get_availability_needs()
        needs = kit._explode_kit(1.0, self.product_no_variant_attribute_value_ids.sudo())
        return {
            component.sudo(False): quantity
            for component, quantity in needs.items()
            if quantity > 0 and not self._is_to_order(component)
        }

    def _is_stocked(self):
        if not self._get_kit().kit_bom_id:
            return super()._is_stocked()
        return bool(self._get_availability_needs())

    def _is_from_stock(self):
        """Look at the routes: ``is_mto`` of sale_mrp looks for a kit with a query for each line."""
        kit = self._get_kit()
        return bool(kit.kit_bom_id) or not self._is_to_order(kit)

    def _get_kit(self):
        """Return the line's product with what it is made of, which not every seller may read."""
        product = self.product_id._origin.with_company(self.company_id)
        return product.sudo()  # only quantities and names of components are used

    def _is_to_order(self, product):
        """Return whether a product or component is made, bought or drop-shipped for the order."""
        routes = self.route_ids.sudo()  # the routes decide, whatever of them this user may read
        routes = routes or product.route_ids | product.categ_id.total_route_ids
        if self.warehouse_id.sudo().mto_pull_id.route_id & routes:  # as above
            return True
        operations = routes.rule_ids.picking_type_id
        return any(
            operation.default_location_src_id.usage == "supplier"
            and operation.default_location_dest_id.usage == "customer"
            for operation in operations
        )
