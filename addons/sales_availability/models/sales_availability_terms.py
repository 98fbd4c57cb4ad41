from odoo import api, fields, models

from .availability_types import DOCUMENT_TYPES, AvailabilityTerms

MODES = [
    ("off", "Off"),
    ("warn", "Warn"),
    ("approve", "Approve"),
    ("stop", "Stop"),
]
MODE_FIELDS = {
    "sale": "availability_mode",
    "delivery": "availability_delivery_mode",
    "transfer": "availability_transfer_mode",
    "invoice": "availability_invoice_mode",
    "scrap": "availability_scrap_mode",
}
TERM_FIELDS = (
    *MODE_FIELDS.values(),
    "availability_incoming_days",
    "availability_hold_hours",
    "availability_count_quarantine",
    "availability_count_blocked",
    "availability_count_expired",
    "availability_count_owned",
)


class SalesAvailabilityTerms(models.AbstractModel):
    """Which stock counts as available, and what each kind of document may do without it.

    The fields are not required in the database: while another addon is upgraded, a warehouse can
    be created before this one is loaded. What is empty warns, counts nothing extra, holds nothing.
    """

    _name = "sales.availability.terms"
    _description = "Availability Terms"

    availability_mode = fields.Selection(
        MODES,
        string="Sales Orders",
        default="warn",
        help="What happens when a sales order asks for more than is available.\n"
        "Off: nothing is checked.\n"
        "Warn: it can be saved and confirmed, its lines show what is missing.\n"
        "Approve: it can be saved; to confirm it, someone with the right must release the "
        "shortage.\n"
        "Stop: it cannot be saved.",
    )
    availability_delivery_mode = fields.Selection(
        MODES,
        string="Deliveries",
        default="warn",
        help="The same for goods that leave to a customer or a vendor.",
    )
    availability_transfer_mode = fields.Selection(
        MODES,
        string="Transfers",
        default="warn",
        help="The same for goods that leave to another warehouse or to an internal use.",
    )
    availability_invoice_mode = fields.Selection(
        MODES,
        string="Invoices",
        default="warn",
        help="The same for customer invoices of goods that were neither ordered nor delivered.",
    )
    availability_scrap_mode = fields.Selection(
        MODES,
        string="Scrap",
        default="warn",
        help="The same for goods that are scrapped although they were promised.",
    )
    availability_incoming_days = fields.Integer(
        string="Count Receipts of Next Days",
        help="Receipts that are expected within so many days count as available. 0: only what is "
        "here counts.",
    )
    availability_hold_hours = fields.Float(
        string="Quotations Hold for Hours",
        help="A saved quotation holds its goods for so many hours. 0: quotations hold nothing.",
    )
    availability_count_quarantine = fields.Boolean(
        string="Count Quarantine", help="Goods in quarantine locations count as available."
    )
    availability_count_blocked = fields.Boolean(
        string="Count Blocked Lots", help="Lots that are blocked count as available."
    )
    availability_count_expired = fields.Boolean(
        string="Count Expired Lots", help="Lots past their expiration date count as available."
    )
    availability_count_owned = fields.Boolean(
        string="Count Goods of Others",
        help="Goods that another owner keeps with us count as available.",
    )

    _hold_hours_positive = models.Constraint(
        "CHECK (availability_hold_hours IS NULL OR availability_hold_hours >= 0)",
        "Quotations cannot hold stock for a negative time. Enter 0 for no hold.",
    )
    _incoming_days_positive = models.Constraint(
        "CHECK (availability_incoming_days IS NULL OR availability_incoming_days >= 0)",
        "The days of receipts that count cannot be negative. Enter 0 to count none.",
    )

    def _prepare_terms(self):
        """Return values that hold what the record says, for another record of terms."""
        self.ensure_one()
        return {name: self[name] for name in TERM_FIELDS}

    def _get_terms(self, version_id=0):
        self.ensure_one()
        return AvailabilityTerms(
            version_id=version_id,
            modes=tuple(self[MODE_FIELDS[kind]] or "warn" for kind in DOCUMENT_TYPES),
            incoming_days=self.availability_incoming_days or 0,
            hold_hours=self.availability_hold_hours or 0.0,
            count_quarantine=self.availability_count_quarantine,
            count_blocked=self.availability_count_blocked,
            count_expired=self.availability_count_expired,
            count_owned=self.availability_count_owned,
        )


class SalesAvailabilityPolicy(models.AbstractModel):
    """Terms that apply to documents; every change of them publishes a new version."""

    _name = "sales.availability.policy"
    _inherit = ["sales.availability.terms"]
    _description = "Availability Policy"

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._publish_availability_versions()
        return policies

    def write(self, vals):
        result = super().write(vals)
        if not self._get_policy_fields().isdisjoint(vals):
            self._publish_availability_versions()
        return result

    def unlink(self):
        self._get_current_versions().is_current = False
        return super().unlink()

    @api.model
    def _get_policy_fields(self):
        return set(TERM_FIELDS)

    def _publish_availability_versions(self):
        """Keep what the terms say from now on as a version, where it is something new."""
        current = {version.policy_key: version for version in self._get_current_versions()}
        changed = self.filtered(
            lambda policy: (
                not current.get(policy._get_policy_key())
                or current[policy._get_policy_key()]._get_terms() != policy._get_terms()
            )
        )
        versions = self.env["sales.availability.version"].sudo()  # written by the policies alone
        for policy in changed:
            previous = current.get(policy._get_policy_key(), versions.browse())
            previous.is_current = False
            previous.flush_recordset()  # the index allows one version in force at any moment
            versions += versions.create(policy._prepare_availability_version(previous))
        if versions:
            self.env["sales.availability"]._mark_warehouses_stale(versions.warehouse_id)

    def _get_current_versions(self):
        keys = {policy._get_policy_key() for policy in self}
        versions = self.env["sales.availability.version"].sudo()  # as above
        return versions.search(
            [
                ("is_current", "=", True),
                ("warehouse_id", "in", list({warehouse_id for warehouse_id, _categ in keys})),
            ]
        ).filtered(lambda version: version.policy_key in keys)

    def _prepare_availability_version(self, previous):
        warehouse_id, categ_id = self._get_policy_key()
        return {
            "warehouse_id": warehouse_id,
            "categ_id": categ_id or False,
            "number": previous.number + 1,
            **self._prepare_terms(),
        }

    def _get_policy_key(self):
        """Return the ids of the warehouse and the product category (0: all) it applies to."""
        raise NotImplementedError
