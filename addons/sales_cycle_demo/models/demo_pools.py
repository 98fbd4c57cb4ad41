from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from ..company.tables import read_table

# Days since a salesperson has had a customer who buys: since before the first order.
HELD_DAYS = 190
OWNED_HOUR = 10
# More than loading a company leaves of them.
MOST_MARKS = 100_000


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_pools(self):
        """Create the pools, who is in them, and the rules by which customers come and go."""
        rows = read_table("pools")
        pools = self._create_rows("pool", "sales.customer.pool", rows, self._prepare_pool)
        self._translate_names(pools, [row["name_zh"] for row in rows])
        self._date_ownership()
        self._load_prospects()
        self._load_allocation_rules()
        self._load_recycle_rules()

    @api.model
    def _prepare_pool(self, row):
        teams = [self._ref("team", key).id for key in row["teams"].split(",")]
        return {
            "name": row["name"],
            "company_id": self.env.company.id,
            "team_ids": [Command.set(teams)],
            "admin_ids": [Command.link(self._ref("user", row["admin"]).id)],
            "day_claim_limit": int(row["day_claims"]),
            "week_claim_limit": int(row["week_claims"]),
            "claim_interval": int(row["minutes"]),
            "holding_limit": int(row["held"]),
            "cooldown_days": int(row["cooldown"]),
            "freeze_days": int(row["freeze"]),
            "protection_days": int(row["protection"]),
            "reveal_daily_limit": int(row["reveals"]),
        }

    # === WHO HAD A CUSTOMER, AND SINCE WHEN === #

    @api.model
    def _date_ownership(self):
        for number, row in enumerate(reversed(read_table("customers"))):
            self._date_changes(self._ref("customer", row["key"]), HELD_DAYS + number)

    @api.model
    def _date_changes(self, customer, *ages):
        """Make the changes of a customer's owner so many days old, the first one first."""
        customer.invalidate_recordset(["ownership_ids"])  # written by the database
        changes = customer.ownership_ids.sorted("id")
        former = None
        for change, age in zip(changes, ages, strict=True):
            change.date = self._get_time(age, OWNED_HOUR)
            change.dwell_days = (change.date - former).days if former else 0
            former = change.date
        customer.ownership_date = former

    # === PROSPECTS === #

    @api.model
    def _load_prospects(self):
        """Create customers who have not bought yet: new in a pool, or given back into it."""
        rows = read_table("prospects")
        for row, happen in self._get_prospect_events(rows):
            happen(row)
        for row in rows:
            self._date_changes(self._ref("prospect", row["key"]), *self._get_ages(row))
        self._report_progress("prospects", len(rows), len(rows))

    @api.model
    def _get_ages(self, row):
        """Return since when a prospect is there and, of one that was given back, in the pool."""
        age = int(row["age"])
        return (age + int(row["held"]), age) if row["salesperson"] else (age,)

    @api.model
    def _get_prospect_events(self, rows):
        """Return what happened to prospects in its order: the history is read by its numbers."""
        events = [
            (age, row, happen)
            for row in rows
            for age, happen in zip(
                self._get_ages(row), (self._bring_in, self._give_back), strict=False
            )
        ]
        return [(row, happen) for _age, row, happen in sorted(events, key=lambda e: -e[0])]

    @api.model
    def _bring_in(self, row):
        self._create_rows("prospect", "res.partner", [row], self._prepare_prospect)

    @api.model
    def _prepare_prospect(self, row):
        owner = row["salesperson"] and self._get_salesperson(row["salesperson"])
        return {
            **self._prepare_address(row),
            **self._prepare_customer_file(row),
            "website": row["website"],
            "user_id": owner.id if owner else False,
            "pool_id": False if owner else self._ref("pool", row["pool"]).id,
        }

    @api.model
    def _give_back(self, row):
        prospect = self._ref("prospect", row["key"])
        prospect.with_user(prospect.user_id).sudo()._change_owner(  # as its salesperson did
            prospect.ids,
            condition=SQL("TRUE"),
            pool=self._ref("pool", row["pool"]),
            kind="release",
            reason_id=self.env.ref(f"sales_customer_pool.reason_{row['reason']}").id,
        )

    # === RULES === #

    @api.model
    def _load_allocation_rules(self):
        rows = read_table("allocation_rules")
        rules = self._create_rows(
            "allocation", "sales.customer.allocation.rule", rows, self._prepare_allocation_rule
        )
        self._translate_names(rules, [row["name_zh"] for row in rows])

    @api.model
    def _prepare_allocation_rule(self, row):
        lines = [entry.split(":") for entry in row["salespeople"].split(",")]
        return {
            "name": row["name"],
            "active": True,
            "company_id": self.env.company.id,
            "method": row["method"],
            "region_ids": [Command.link(self._ref("region", row["region"]).id)],
            "source_ids": [Command.link(self._ref("source", row["source"]).id)],
            "line_ids": [
                Command.create(
                    {
                        "user_id": self._get_salesperson(login).id,
                        "weight": int(weight),
                        "capacity": int(capacity),
                    }
                )
                for login, weight, capacity in lines
            ],
        }

    @api.model
    def _load_recycle_rules(self):
        rows = read_table("recycle_rules")
        rules = self._create_rows(
            "recycle", "sales.customer.recycle.rule", rows, self._prepare_recycle_rule
        )
        self._translate_names(rules, [row["name_zh"] for row in rows])
        # What the jobs do within the hour: the owners are warned at once.
        self.env["sales.customer.recycle.mark"]._compute_batch(MOST_MARKS)
        rules.with_context(lang=self._get_language(True))._warn_batch(len(read_table("customers")))

    @api.model
    def _prepare_recycle_rule(self, row):
        days_of_a = {"grade_id": self._get_grade("a").id, "days": int(row["days_of_a"])}
        return {
            "name": row["name"],
            "active": bool(row["active"]),
            "pool_id": self._ref("pool", row["pool"]).id,
            "reason": row["reason"],
            "days": int(row["days"]),
            "day_ids": [Command.create(days_of_a)],
            "warning_ids": [
                Command.create({"days": int(days)}) for days in row["warnings"].split(",")
            ],
        }
