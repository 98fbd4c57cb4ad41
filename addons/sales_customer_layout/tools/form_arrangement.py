"""Arranges the parts of a form: plain functions on its XML, which know nothing of Odoo's records.

A form has *pages* (tabs), *sections* (groups that hold fields), *blocks* (rows of buttons) and
*fields*. What has a name is known by it, what has none by its first field: `@vat`. Nothing is ever
taken out of a form, because expressions elsewhere in it may need it.
"""

from collections import namedtuple

from lxml import etree

Place = namedtuple("Place", "id kind element visibility readonly required label")

ALWAYS, DESKTOP, PHONE, NEVER = "always", "desktop", "phone", "never"
KINDS = ("page", "section", "block", "field")
TRUE = ("1", "True", "true")
WRAPPERS = ("div", "span", "p", "h1", "h2", "h3", "h4", "h5", "h6")
# the client gives fields in a group a label, and takes these for something of a cell's own
CELL_ATTRIBUTES = ("nolabel", "colspan")
REQUIRED_MARK = "data-layout-required"


def is_hidden(node):
    """Whether the node itself is never shown."""
    return node.get("invisible") in TRUE


def either(*expressions):
    """The expression that holds where one of these does."""
    given = [expression for expression in expressions if expression]
    if any(expression in TRUE for expression in given):
        return "1"
    return given[0] if len(given) == 1 else " or ".join(f"({one})" for one in given)


def detach(node):
    """Take a node out, and leave the text behind it where it is."""
    parent, previous = node.getparent(), node.getprevious()
    if node.tail and previous is not None:
        previous.tail = (previous.tail or "") + node.tail
    elif node.tail:
        parent.text = (parent.text or "") + node.tail
    node.tail = None
    parent.remove(node)


def elements(node):
    """The elements in a node, without those of views inside of it, such as the list of contacts."""
    for child in node.iterchildren(etree.Element):
        yield child
        if child.tag != "field":
            yield from elements(child)


class FormArrangement:
    """The parts of one form, and what a layout does with them."""

    def __init__(self, arch, make_field=lambda name: None):
        """Find the parts.

        :param arch: the form, which is changed
        :param make_field: returns the node of a field that the form does not show, or None
        """
        self.arch = arch
        self.make_field = make_field
        sheet = arch.find("sheet")
        self.sheet = arch if sheet is None else sheet
        self.parts = {kind: {} for kind in KINDS}
        self.order = []
        self.homes = {}
        self.problems = {}
        self._find_parts(self.sheet, None, None)
        shown = ("field", "button", "widget")
        self.filled = [n for n in self._containers() if self._shows(n, shown)]

    # === WHAT IS THERE === #

    def _find_parts(self, node, page, section):
        for child in node.iterchildren(etree.Element):
            below_page, below_section = page, section
            if child.tag == "page":
                below_page, below_section = self._add_part("page", child, None), None
            elif child.tag == "group" and self._is_section(child):
                below_section = self._add_part("section", child, page)
            elif child.tag == "field":
                self._add_field(child, section if section is not None else page)
                continue
            elif self._is_block(child):
                self._add_part("block", child, page)
            if child.tag not in ("button", "field") and "o_td_label" not in child.get("class", ""):
                self._find_parts(child, below_page, below_section)

    def _is_section(self, node):
        children = list(node.iterchildren(etree.Element))
        if not children:
            return bool(node.get("name")) and node.getparent().tag == "group"
        return any(child.tag not in ("group", "t") for child in children)

    def _is_block(self, node):
        parent = node.getparent()
        if node.tag == "button":
            return parent.get("name") == "button_box"
        return node.tag == "div" and node.get("name") and parent is self.sheet

    def _add_part(self, kind, node, home):
        keys = [key for key in self._get_keys(node) if key and key not in self.parts[kind]]
        if keys:
            self.parts[kind][keys[0]] = [node]
            self.order.append((kind, keys[0]))
        self.homes[node] = home
        return node

    def _get_keys(self, node):
        """Return its name and its first field, the better first."""
        names = [n.get("name") for n in elements(node) if n.tag == "field" and not is_hidden(n)]
        keys = [node.get("name"), names and f"@{names[0]}"]
        # the name of a button may be the number of an action, which differs elsewhere
        return keys[::-1] if node.tag == "button" else keys

    def _add_field(self, node, home):
        name = node.get("name")
        if is_hidden(node) or not name:
            return
        if name not in self.parts["field"]:
            self.parts["field"][name] = []
            self.order.append(("field", name))
        self.parts["field"][name].append(node)
        self.homes[node] = home

    def _containers(self):
        return [n for kind in ("section", "page") for [n, *_] in self.parts[kind].values()]

    def get_node(self, kind, key):
        """Return the node of a part, the first one of a field, or None."""
        nodes = self.parts[kind].get(key)
        return nodes[0] if nodes else None

    def get_outline(self):
        """Return the parts as a layout lists them.

        First what stands above the sections and tabs, then each section with its fields, then each
        tab with what stands in no section of it, and its sections.

        :return: list of pairs of kind and key
        """
        outline = self._get_contents(None)
        for kind, key in self.order:
            if kind == "page":
                page = self.get_node(kind, key)
                outline += [(kind, key), *self._get_contents(page)]
        return outline

    def _get_contents(self, page):
        outline = self._get_parts_in(page, ("block", "field"))
        for section in self._get_parts_in(page, ("section",)):
            fields = self._get_parts_in(self.get_node(*section), ("field",))
            outline += [section, *fields]
        return outline

    def _get_parts_in(self, home, kinds):
        return [
            (kind, key)
            for kind, key in self.order
            if kind in kinds and self.homes[self.get_node(kind, key)] is home
        ]

    # === WHAT A LAYOUT DOES === #

    def arrange(self, places, mobile=False):
        """Do what the places of a layout say.

        A section or field stands in the last tab or section above it; above the first of them it
        stays where it is. What is not there is left out, and ``problems`` says so by place.

        :param places: list of :class:`Place`, in order
        :param mobile: whether the form is for a phone
        """
        hidden = (NEVER, DESKTOP if mobile else PHONE)
        known = [place for place in places if self._provide(place)]
        shown = [place for place in known if place.visibility not in hidden]
        # a hidden field may stay where it is; a hidden tab or section hides what is put into it
        placed = [place for place in known if place.kind != "field" or place in shown]
        self._place_pages([place for place in placed if place.kind == "page"])
        self._place_contents(placed)
        for place in known:
            self._set_attributes(place, place.visibility in hidden)
        self._hide_emptied()
        self._find_buried(shown)

    def _provide(self, place):
        """Whether the part is there, or could be made."""
        nodes = self.parts[place.kind]
        if place.element not in nodes:
            made = self._make_node(place)
            if made is None:
                self.problems[place.id] = "missing"
                return False
            nodes[place.element] = [made]
        return True

    def _make_node(self, place):
        if place.kind == "field":
            return None if place.visibility == NEVER else self.make_field(place.element)
        if place.kind in ("page", "section") and place.element.startswith("+"):
            tag = "page" if place.kind == "page" else "group"
            return etree.Element(tag, name=f"layout_{place.kind}_{place.id}")
        return None

    # === WHERE IT STANDS === #

    def _place_pages(self, places):
        nodes = [self.get_node("page", place.element) for place in places]
        notebook = self.sheet.find(".//notebook")
        if notebook is None and nodes:
            notebook = etree.SubElement(self.sheet, "notebook")
        residents = [node for node in nodes if node.getparent() is notebook]
        self._sort(notebook, residents)
        nodes = [n for n in nodes if n in residents or n.getparent() is None]
        self._merge(notebook, nodes, residents, notebook)

    def _place_contents(self, places):
        page, section = None, None
        sections, fields = {None: []}, {None: []}
        for place in places:
            node = self.get_node(place.kind, place.element)
            if place.kind == "page":
                page, section = node, None
                sections[page], fields[page] = [], []
            elif place.kind == "section":
                section = node
                sections[page].append(node)
                fields[section] = []
            elif place.kind == "field":
                fields[page if section is None else section].append(place)
        for home, nodes in sections.items():
            self._place_sections(home, nodes)
        for home, inside in fields.items():
            self._place_fields(home, inside)

    def _place_sections(self, page, nodes):
        parent = self.sheet if page is None else page
        residents = [n for n in nodes if n in self.homes and self.homes[n] is page]
        self._sort(parent, residents)
        row = None
        if nodes and not residents:
            row = etree.Element("group")
            notebook = parent.find("notebook")
            if notebook is None:
                parent.append(row)
            else:
                notebook.addprevious(row)
        self._merge(None, nodes, residents, row)

    def _place_fields(self, home, places):
        nodes = [node for p in places for node in self.parts["field"][p.element]]
        residents = [n for n in nodes if n in self.homes and self.homes[n] is home]
        if home is None:
            self._place_head(places, residents)
            return
        self._sort(home, residents)
        others = [node for node in nodes if node not in residents]
        if home.tag == "page" and others:
            group = etree.Element("group", name=f"layout_fields_{home.get('name', '')}")
            home.insert(0, group)
            self._merge(group, others, [], group)
        else:
            self._merge(home, nodes, residents, home)

    def _place_head(self, places, residents):
        """Sort what stands above the sections within its rows; the rows stay."""
        for row in self.sheet.iterchildren(etree.Element):
            self._sort(row, [node for node in residents if row in node.iterancestors()])
        for place in places:
            node = self.get_node("field", place.element)
            if node.getparent() is None:
                self.problems[place.id] = "nowhere"

    def _sort(self, parent, nodes):
        """Bring nodes that stand somewhere below the parent into this order, level by level."""
        below = {}
        for node in nodes:
            below.setdefault(self._get_child(parent, node), []).append(node)
        self._fill_slots([self._get_block(child) for child in below])
        for child, inside in below.items():
            deeper = [node for node in inside if node is not child]
            if len(deeper) > 1:
                self._sort(child, deeper)

    def _fill_slots(self, blocks):
        """Exchange the places of blocks of neighbours."""
        if len(blocks) < 2:
            return
        siblings = list(blocks[0][0].getparent())
        slots = []
        for block in sorted(blocks, key=lambda block: siblings.index(block[0])):
            slots.append(etree.Comment("slot"))
            block[0].addprevious(slots[-1])
        for slot, block in zip(slots, blocks, strict=True):
            for node in block:
                slot.addprevious(node)
            detach(slot)

    def _merge(self, home, nodes, residents, room):
        """Bring the nodes that are not residents behind the one before them in the list.

        :param home: what the neighbours are children of; None: whatever the neighbour stands in
        :param room: where they go when there is no neighbour
        """
        previous = None
        for node in nodes:
            if node in residents:
                previous = node
                continue
            if previous is not None:
                near = self._get_child(home, previous)
                moved = self._move(node, near.addnext, near.getparent())
            elif residents:
                near = self._get_block(self._get_child(home, residents[0]))[0]
                moved = self._move(node, near.addprevious, near.getparent())
            else:
                moved = self._move(node, room.append, room)
            previous = node if moved else previous

    def _get_child(self, parent, node):
        """Return the child of the parent that the node stands in, itself without a parent."""
        while node.getparent().tag == "t" or (
            parent is not None and node.getparent() is not parent
        ):
            node = node.getparent()
        return node

    def _get_block(self, child):
        """Return the child with the label before it."""
        names = {n.get(a) for n in [child, *elements(child)] for a in ("name", "id")} - {None}
        before = child.getprevious()
        while before is not None and not isinstance(before.tag, str):
            before = before.getprevious()
        is_label = before is not None and (
            (before.tag == "label" and before.get("for") in names)
            or "o_td_label" in before.get("class", "")
        )
        return [before, child] if is_label else [child]

    # === MOVING === #

    def _move(self, node, insert, parent):
        """Move a node with what restricts it where it stood; not into itself."""
        ancestors = [parent, *parent.iterancestors()]
        if node in ancestors:
            return False
        left = [one for one in node.iterancestors() if one not in ancestors]
        origin = node.getparent()
        if origin is not None:
            detach(node)
        insert(self._restrict(node, left))
        if node.tag == "field":
            self._fit_into(node, parent)
        self._hide_wrappers(origin)
        return True

    def _restrict(self, node, left):
        """Give a node the conditions and groups of what it leaves; return what to insert."""
        if condition := either(*(one.get("invisible") for one in [node, *left])):
            node.set("invisible", condition)
        restrictions, debug = [], []
        for one in [node, *left]:
            names = [name for name in one.get("groups", "").split(",") if name]
            debug += [name for name in names if name.endswith("base.group_no_one")]
            if kept := [name for name in names if not name.endswith("base.group_no_one")]:
                restrictions.append(",".join(kept))
        restrictions = list(dict.fromkeys(restrictions))
        if own := ",".join([*restrictions[:1], *debug[:1]]):
            node.set("groups", own)
        for groups in restrictions[1:]:
            outer = etree.Element("t", groups=groups)
            outer.append(node)
            node = outer
        return node

    def _fit_into(self, node, parent):
        """Make a field a cell of a group: with the label that the group gives it, and no other."""
        name = node.get("name")
        for key in CELL_ATTRIBUTES:
            node.attrib.pop(key, None)
        if name == "properties" or node.find("list") is not None or node.find("kanban") is not None:
            node.set("colspan", "2")
            node.set("nolabel", "1")
        for label in self._get_labels(name):
            label.set("invisible", "1")

    def _get_labels(self, name):
        return [n for n in elements(self.arch) if n.tag == "label" and n.get("for") == name]

    # === HOW IT SHOWS === #

    def _set_attributes(self, place, hide):
        for node in self.parts[place.kind][place.element]:
            if place.kind == "field":
                self._set_field_attributes(node, place)
            elif place.label and node.tag in ("page", "group"):
                node.set("string", place.label)
            if hide:
                node.set("invisible", "1")
                self._hide_wrappers(node.getparent())
        if place.kind == "field":
            self._set_labels(place, hide)

    def _set_field_attributes(self, node, place):
        if place.label:
            node.set("string", place.label)
            # where no label shows, the placeholder says what to type
            if node.get("placeholder") and node.getparent().tag in WRAPPERS:
                node.set("placeholder", place.label)
        if place.readonly:
            node.set("readonly", "1")
        if place.required:
            node.set(REQUIRED_MARK, node.get("required", ""))
            node.set("required", "1")

    def _set_labels(self, place, hide):
        for label in self._get_labels(place.element):
            if hide:
                label.set("invisible", "1")
            if place.label:
                label.set("string", place.label)

    def _hide_wrappers(self, node):
        """Hide the icon or label beside a field that is gone."""
        while node is not None and node.tag in WRAPPERS and not self._shows(node, ("field",)):
            for part in self._get_block(node):
                part.set("invisible", "1")
            node = node.getparent()

    def _hide_emptied(self):
        """Hide sections and tabs that the layout left nothing in."""
        for node in self.filled:
            if not self._shows(node, ("field", "button", "widget")):
                node.set("invisible", "1")

    def _shows(self, node, tags):
        return any(
            child.tag in tags or self._shows(child, tags)
            for child in node.iterchildren(etree.Element)
            if not is_hidden(child)
        )

    def _find_buried(self, places):
        """Whoever must fill in a field has to see it."""
        for place in places:
            if place.kind == "field" and place.required:
                nodes = self.parts["field"][place.element]
                if all(any(map(is_hidden, [n, *n.iterancestors()])) for n in nodes):
                    self.problems[place.id] = "buried"
