"""What a model offers to templates, as a tree: names, where the values come from, what they are."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Placeholder:
    """A name that templates can use.

    :param str source: the field of the record that it is read from
    :param children: placeholders of the related record(s), by name
    :param str item: of a list: what one of its items is called, as in ``line`` of ``lines``
    :param compute: name of a method that returns {record id: value}; then ``source`` is the field
        whose readers may have it
    :param label: what it is; else the label of the field
    """

    source: str = ""
    children: dict = field(default_factory=dict)
    item: str = ""
    compute: str = ""
    label: object = ""

    @property
    def is_list(self):
        return bool(self.item)


def item_names(schema):
    """Return {name of an item: (name of its list, placeholder)}."""
    return {node.item: (name, node) for name, node in schema.items() if node.is_list}
