from lxml import etree

from odoo import fields, models

ATTRIBUTES = {
    "__validate__",  # set by ir.ui.view while it validates
    "class",
    "create",
    "default_order",
    "js_class",
    "latitude",
    "limit",
    "longitude",
    "string",
}
MOST_MARKERS = 10_000


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    type = fields.Selection(selection_add=[("sales_map", "Map")], ondelete={"sales_map": "cascade"})

    def _get_view_info(self):
        return {"sales_map": {"icon": "fa fa-map-marker"}} | super()._get_view_info()

    def _postprocess_tag_sales_map(self, node, name_manager, node_info):
        for name in self._sales_map_coordinates(node):
            name_manager.has_field(node, name, node_info)

    def _validate_tag_sales_map(self, node, name_manager, node_info):
        if not node_info["validate"]:
            return
        self._check_sales_map_attributes(node)
        self._check_sales_map_coordinates(node, name_manager)
        self._check_sales_map_children(node)
        for name in self._sales_map_coordinates(node):
            name_manager.has_field(node, name, node_info)

    def _sales_map_coordinates(self, node):
        return [node.get(name) for name in ("latitude", "longitude") if node.get(name)]

    def _check_sales_map_attributes(self, node):
        if unknown := set(node.attrib) - ATTRIBUTES:
            self._raise_view_error(
                self.env._(
                    "A map view does not know these attributes: %(names)s",
                    names=", ".join(sorted(unknown)),
                ),
                node,
            )
        limit = node.get("limit", "1")
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_MARKERS:
            self._raise_view_error(
                self.env._(
                    "The limit of a map view is a number from 1 to %(most)s", most=MOST_MARKERS
                ),
                node,
            )

    def _check_sales_map_coordinates(self, node, name_manager):
        for attribute in ("latitude", "longitude"):
            name = node.get(attribute)
            field = name_manager.model._fields.get(name)
            # they are searched by, to know which records have a place
            if not field or field.type != "float" or not field._description_searchable:
                self._raise_view_error(
                    self.env._(
                        "A map view needs %(attribute)s: a decimal field of %(model)s that can "
                        "be searched",
                        attribute=f'{attribute}="..."',
                        model=name_manager.model._name,
                    ),
                    node,
                )

    def _check_sales_map_children(self, node):
        for child in node.iterchildren(tag=etree.Element):
            if child.tag != "field":
                self._raise_view_error(
                    self.env._("A map view holds fields only, not <%(tag)s>", tag=child.tag), child
                )
