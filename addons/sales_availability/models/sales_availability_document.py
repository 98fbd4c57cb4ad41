from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime, formatLang

from .availability_types import Shortage
from .availability_watch import watch_availability
from .sales_availability_claim import ClaimValues

# A refusal names so many holders of the stock, and counts the rest.
MAX_HOLDERS = 3


class SalesAvailabilityDocument(models.AbstractModel):
    """A document that promises, invoices or moves goods, and is held to what is available.

    A model that inherits this says what its records ask for (:meth:`_get_availability_items`) and
    puts what may raise it between :meth:`_watch_availability`.
    """

    _name = "sales.availability.document"
    _description = "Document under Availability Control"

    def _watch_availability(self):
        return watch_availability(self)

    def _get_availability_items(self):
        """Return what the documents take out of controlled warehouses.

        :return: list of ``DemandItem``
        """
        raise NotImplementedError

    # === CHECK === #

    def _check_availability(self, before):
        """Refuse documents that ask for more than their mode allows; claim what they promise.

        A document that asks for no more than it did before the change is not looked at: whoever
        reduces one that exceeds can save it. What promises is held to what it adds.

        :param before: dict {DemandItem.group: quantity} of the documents before the change
        :raise UserError: names each line that is too much, and what to do
        """
        self._check_items(self._get_growing_items(before))

    def _check_items(self, items):
        """Refuse items that ask for more than their mode allows; claim what they promise.

        :param items: list of ``DemandItem``
        :raise UserError: see :meth:`_check_availability`
        """
        if not items:
            return
        modes = self._get_item_modes(items)
        if set(modes.values()) == {"off"}:
            return
        binding = [item for item in items if modes[item] in ("stop", "approve")]
        claimed = [item for item in binding if item.is_firm or self._is_holding(item)]
        looked_at = [i for i in binding if i not in claimed and modes[i] == "stop"]
        refused = self._get_alone_shortages(looked_at) + self._claim_items(claimed, modes)
        if refused:
            self._refuse(refused, modes)
        self._log_warned_items([i for i in items if modes[i] == "warn" and i.is_firm], modes)

    def _get_growing_items(self, before):
        """Return the items whose demand grew; of a document that only looks, all of them."""
        items = self._get_availability_items()
        asked = defaultdict(float)
        for item in items:
            asked[item.group] += item.quantity
        growing = {group for group, quantity in asked.items() if quantity > before.get(group, 0.0)}
        growing_documents = {document for document, is_firm, _key in growing if not is_firm}
        return [
            item
            for item in items
            if item.group in growing or (not item.is_firm and item.document in growing_documents)
        ]

    def _get_item_modes(self, items):
        terms = self._get_item_terms(items)
        return {item: terms[item].get_mode(item.document_type) for item in items}

    def _get_item_terms(self, items):
        keys = {item.key.of_any_lot for item in items}
        terms = self.env["sales.availability.version"]._get_terms_of_keys(keys)
        return {item: terms[item.key.of_any_lot] for item in items}

    def _is_holding(self, item):
        """Return whether an item holds its goods although it is not firm."""
        return False

    def _get_alone_shortages(self, items):
        """Compare each document alone with what is available: it holds nothing yet.

        :return: list of ``Shortage``
        """
        if not items:
            return []
        reading = self._read_item_availability(items)
        by_document = defaultdict(list)
        for item in items:
            by_document[item.document].append(item)
        return [
            shortage
            for document_items in by_document.values()
            for shortage in self._get_shortages(document_items, reading)
        ]

    def _claim_items(self, items, modes):
        """Claim what the items promise or move together, when all of it is available.

        :return: list of ``Shortage`` because of which nothing was claimed
        """
        if not items:
            return []
        Claim = self.env["sales.availability.claim"].sudo()  # nobody else may write claims
        with Claim._open_claims({item.key for item in items}) as cursor:
            reading = self._read_item_availability(items, cursor)
            shortages = self._get_shortages(items, reading)
            refused = self._get_refused_shortages(shortages, modes)
            if not refused:
                quantities = self._get_claimed_quantities(items, reading)
                Claim._insert_claims(cursor, self._prepare_claims(quantities, reading))
        if not refused:
            self.env["stock.move"]._defer_reservation_of(reading.reserving)
            self._log_claimed_items(items, modes, shortages, reading)
            self._hold_claimed(quantities)
        return refused

    def _get_claimed_quantities(self, items, reading):
        """Return how much of its demand each item gets: who only holds, no more than there is.

        :return: dict {DemandItem: quantity in the product's unit}
        """
        sources = {item.source for item in items}
        left = {
            key: max(reading.get_figures(key, sources).available, 0.0)
            for item in items
            for key in (item.key, item.key.of_any_lot)
        }
        quantities = {}
        for item in sorted(items, key=lambda item: not item.is_firm):
            keys = {item.key, item.key.of_any_lot}
            free = min(left[key] for key in keys)
            quantities[item] = item.quantity if item.is_firm else min(item.quantity, free)
            for key in keys:
                left[key] = max(left[key] - quantities[item], 0.0)
        return quantities

    def _prepare_claims(self, quantities, reading):
        return [
            ClaimValues(item.source, item.key, quantity, self._is_reserving(item, reading))
            for item, quantity in quantities.items()
        ]

    def _is_reserving(self, item, reading):
        """Return whether the item will write quants before its transaction ends."""
        if item.is_leaving:
            return True
        return item.is_firm and item.key.of_any_lot not in reading.reserving

    def _hold_claimed(self, quantities):
        """Keep what was claimed for items that no stock move will hold. A hook of documents.

        :param quantities: dict {DemandItem: quantity}
        """

    def _read_item_availability(self, items, claims_cursor=None):
        return (
            self.env["sales.availability"]
            .sudo()  # the stock of a warehouse is one, whatever of it this user may see
            ._read_availability(
                {item.key for item in items}, {item.source for item in items}, claims_cursor
            )
        )

    def _get_shortages(self, items, reading):
        """Return where the items together ask for more than there is, as ``Shortage``.

        What asks for a lot also asks for its product: it is compared with both.
        """
        items_by_key = defaultdict(list)
        for item in items:
            for key in {item.key, item.key.of_any_lot}:
                items_by_key[key].append(item)
        shortages = [
            self._prepare_shortage(key, key_items, reading)
            for key, key_items in items_by_key.items()
        ]
        return [shortage for shortage in shortages if self._is_short(shortage)]

    def _prepare_shortage(self, key, items, reading):
        sources = {item.source for item in items}
        if any(item.is_leaving for item in items):
            available = reading.get_deliverable(key, sources)
        else:
            available = reading.get_figures(key, sources).available
        return Shortage(key, items, sum(item.quantity for item in items), available)

    def _is_short(self, shortage):
        product = self.env["product.product"].sudo().browse(shortage.key.product_id)
        return product.uom_id.compare(shortage.asked, max(shortage.available, 0.0)) > 0

    # === RELEASES === #

    def _get_refused_shortages(self, shortages, modes):
        """Return the shortages that nobody has released, or that nobody can."""
        if not shortages:
            return []
        released = self._get_released_quantities({i.document for s in shortages for i in s.items})
        refused = []
        for shortage in shortages:
            asked = self._get_asked_by_document(shortage)
            if any(modes[item] == "stop" for item in shortage.items) or any(
                quantity > released.get((document, shortage.key), 0.0)
                for document, quantity in asked.items()
            ):
                refused.append(shortage)
        return refused

    def _get_asked_by_document(self, shortage):
        """Return what each document asks for that promises; the others may be saved anyway."""
        asked = defaultdict(float)
        for item in shortage.items:
            if item.is_firm:
                asked[item.document] += item.quantity
        return asked

    def _get_confirmation_shortages(self):
        """Return where the documents ask for too much, were they confirmed now.

        :return: list of (``Shortage``, mode)
        """
        return self._get_controlled_shortages(
            [item._replace(is_firm=True) for item in self._get_availability_items()]
        )

    def _get_controlled_shortages(self, items):
        modes = self._get_item_modes(items)
        items = [item for item in items if modes[item] != "off"]
        if not items:
            return []
        shortages = self._get_shortages(items, self._read_item_availability(items))
        return [(shortage, modes[shortage.items[0]]) for shortage in shortages]

    def _get_released_quantities(self, documents):
        """Return dict {(document, AvailabilityKey): quantity up to which it was released}."""
        Release = self.env["sales.availability.release"].sudo()  # whoever confirms may use them
        return Release._get_released_quantities(documents)

    def _get_availability_warning(self):
        """Return where the documents ask for too much, as a text for their form, or False."""
        shortages = [shortage for shortage, _mode in self._get_confirmation_shortages()]
        if not shortages:
            return False
        return self.env._(
            "More than is available: %(lines)s.",
            lines="; ".join(self._prepare_shortage_summary(s) for s in shortages),
        )

    def _prepare_shortage_summary(self, shortage):
        product = self.env["product.product"].browse(shortage.key.product_id)
        warehouse = self.env["stock.warehouse"].sudo().browse(shortage.key.warehouse_id)
        return self._format_missing(
            self._format_shortage_product(product, shortage.key),
            warehouse,
            max(shortage.available, 0.0),
            shortage.missing,
            product.uom_id,
        )

    @api.model
    def _format_missing(self, product_name, warehouse, available, missing, uom):
        """Return a short text of what is missing, with quantities of the unit of measure."""
        return self.env._(
            "%(product)s in %(warehouse)s (available %(available)s, missing %(missing)s %(uom)s)",
            product=product_name,
            warehouse=warehouse.name,
            available=self._format_quantity(available),
            missing=self._format_quantity(missing),
            uom=uom.name,
        )

    # === DECISIONS === #

    def _log_claimed_items(self, items, modes, shortages, reading):
        short = {id(item) for shortage in shortages for item in shortage.items}
        outcomes = {
            item: "released" if id(item) in short else "allowed" for item in items if item.is_firm
        }
        self._log_decisions(outcomes, modes, reading)

    def _log_warned_items(self, items, modes):
        """Let what only warns pass, and keep whether it exceeded."""
        if not items:
            return
        reading = self._read_item_availability(items)
        short = [item for s in self._get_shortages(items, reading) for item in s.items]
        self._log_decisions(dict.fromkeys(short, "warned"), modes, reading)

    def _log_decisions(self, outcomes, modes, reading):
        if not outcomes:
            return
        terms = self._get_item_terms(outcomes)
        self.env["sales.availability.decision"].sudo().create(  # nobody else may write the log
            [
                {
                    **self._prepare_decision(item, modes[item], terms[item]),
                    "asked": item.quantity,
                    "available": reading.get_available(item.key, {item.source}),
                    "outcome": outcome,
                }
                for item, outcome in outcomes.items()
            ]
        )

    def _prepare_decision(self, item, mode, terms):
        model, res_id = item.document
        return {
            "user_id": self.env.uid,
            "document_type": item.document_type,
            "document_model": model,
            "document_res_id": res_id,
            "document_name": self._get_document_name(item.document),
            "warehouse_id": item.key.warehouse_id,
            "product_id": item.key.product_id,
            "lot_id": item.key.lot_id or False,
            "mode": mode,
            "version_id": terms.version_id or False,
        }

    def _get_document_name(self, document):
        model, res_id = document
        return self.env[model].sudo().browse(res_id).display_name  # the name of one's own document

    # === REFUSAL === #

    def _refuse(self, shortages, modes):
        terms = self._get_item_terms([item for s in shortages for item in s.items])
        decisions = self.env["sales.availability.decision"].sudo()  # nobody else may write the log
        message = self._prepare_shortage_message(shortages, modes)
        decisions._log_refusals(
            [
                {
                    **self._prepare_decision(item, modes[item], terms[item]),
                    "lot_id": shortage.key.lot_id or False,
                    "asked": shortage.asked,
                    "available": shortage.available,
                    "outcome": "refused",
                }
                for shortage in shortages
                for item in shortage.items[:1]
            ]
        )
        error = UserError(message)  # not a class of our own: the web client knows this one
        error.is_availability_shortage = True
        raise error

    def _prepare_shortage_message(self, shortages, modes):
        products = self.env["product.product"].browse({s.key.product_id for s in shortages})
        if self.env.user.share:
            # What is in stock and who else buys is no customer's business.
            return self.env._(
                "We do not have enough of these products for this order: %(products)s. "
                "Please contact your salesperson.",
                products=", ".join(products.sudo().mapped("display_name")),
            )
        details = self._get_shortage_details(shortages)
        return "\n".join(
            [
                self._get_shortage_title(),
                *(self._prepare_shortage_text(s, details) for s in shortages),
                self._get_shortage_advice(shortages, modes),
            ]
        )

    def _get_shortage_title(self):
        return self.env._("This document asks for more than is available:")

    def _get_shortage_advice(self, shortages, modes):
        if all(modes[item] == "approve" for s in shortages for item in s.items):
            return self.env._(
                "Reduce the quantity, take another warehouse or lot, or ask someone with the right "
                "to release the shortage."
            )
        return self.env._(
            "Reduce the quantity, take another warehouse, or wait for the next receipt."
        )

    def _get_shortage_details(self, shortages):
        """Return who holds the stock, from when there is enough and who else has some."""
        engine = self.env["sales.availability"].sudo()  # figures and the names of documents only
        sources = {item.source for s in shortages for item in s.items}
        missing = {s.key: s.missing for s in shortages if not s.key.lot_id}
        product_ids = {s.key.product_id for s in shortages}
        return {
            "holders": engine._get_holders({s.key for s in shortages}, sources),
            "dates": engine._get_enough_dates(missing) if missing else {},
            "elsewhere": engine._get_alternatives(product_ids, self.company_id),
        }

    def _prepare_shortage_text(self, shortage, details):
        product = self.env["product.product"].browse(shortage.key.product_id)
        warehouse = self.env["stock.warehouse"].sudo().browse(shortage.key.warehouse_id)
        text = self.env._(
            "- %(lines)s: %(product)s in %(warehouse)s: asked %(asked)s, available %(available)s, "
            "missing %(missing)s %(uom)s. %(holders)s",
            lines=self._format_shortage_lines(shortage),
            product=self._format_shortage_product(product, shortage.key),
            warehouse=warehouse.name,
            asked=self._format_quantity(shortage.asked),
            available=self._format_quantity(max(shortage.available, 0.0)),
            missing=self._format_quantity(shortage.missing),
            uom=product.uom_id.name,
            holders=self._format_holders(details["holders"].get(shortage.key, [])),
        )
        return " ".join(
            filter(
                None,
                [
                    text,
                    self._format_enough_date(details["dates"].get(shortage.key)),
                    self._format_alternatives(shortage, details["elsewhere"]),
                ],
            )
        )

    def _format_shortage_product(self, product, key):
        if not key.lot_id:
            return product.display_name
        lot = self.env["stock.lot"].sudo().browse(key.lot_id)
        return self.env._("%(product)s lot %(lot)s", product=product.display_name, lot=lot.name)

    def _format_shortage_lines(self, shortage):
        """Return the names of the documents that ask, with the numbers of their lines."""
        documents = dict.fromkeys(item.document for item in shortage.items)
        return "; ".join(self._get_document_name(document) for document in documents)

    def _format_holders(self, holders):
        if not holders:
            return self.env._("No other document holds it.")
        names = ", ".join(self._format_holder(holder) for holder in holders[:MAX_HOLDERS])
        if len(holders) <= MAX_HOLDERS:
            return self.env._("Held by: %(holders)s.", holders=names)
        return self.env._(
            "Held by: %(holders)s and %(count)s more.",
            holders=names,
            count=len(holders) - MAX_HOLDERS,
        )

    def _format_holder(self, holder):
        user = f" ({holder.user})" if holder.user else ""
        text = f"{holder.document}{user} {self._format_quantity(holder.quantity)}"
        if holder.is_quotation:
            until = format_datetime(self.env, holder.until)
            return self.env._("%(holder)s until %(time)s", holder=text, time=until)
        return text

    def _format_enough_date(self, date):
        if not date:
            return ""
        return self.env._("Enough is expected on %(date)s.", date=format_date(self.env, date))

    def _format_alternatives(self, shortage, elsewhere):
        """Name other warehouses that have the product, and lots of this one that do."""
        warehouses = self.env["stock.warehouse"].sudo()
        lots = self.env["stock.lot"].sudo()
        names = []
        for key, quantity in sorted(elsewhere.items(), key=lambda entry: -entry[1]):
            if key.product_id != shortage.key.product_id or key == shortage.key:
                continue
            if not key.lot_id and key.warehouse_id != shortage.key.warehouse_id:
                name = warehouses.browse(key.warehouse_id).name
            elif (
                key.lot_id and shortage.key.lot_id and key.warehouse_id == shortage.key.warehouse_id
            ):
                name = self.env._("lot %s", lots.browse(key.lot_id).name)
            else:
                continue
            names.append(f"{name} {self._format_quantity(quantity)}")
        if not names:
            return ""
        return self.env._("Available elsewhere: %s.", ", ".join(names[:MAX_HOLDERS]))

    def _format_quantity(self, quantity):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rounded = round(quantity, digits)
        return formatLang(self.env, rounded, digits=0 if rounded == int(rounded) else digits)
