"""What a manager looks at: how customers are spread, how full people are, what the rules did."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .res_partner import ALL_DOCUMENTS_GROUP

DUE_DAYS = 7
DWELL_DAYS = 365
LONGEST_PERIOD = 365
AGES = (0, 7, 30, 90, 180)  # days that customers are held: from each of them to the next
RULE_KINDS = {"recycle": "rule_id", "allocate": "allocation_rule_id"}


class SalesCustomerOverview(models.AbstractModel):
    """The figures of the manager's page, by the rights of whoever looks."""

    _name = "sales.customer.overview"
    _description = "Customer Overview"

    @api.model
    @api.readonly
    def get_overview(self, days=1):
        """Return the figures, and the domains of the lists behind them.

        The number of queries depends neither on customers nor on people.

        :param days: so many days back it is told what the rules did
        """
        self._check_overview_access()
        now = fields.Datetime.now()
        since = now - timedelta(days=min(max(days, 1), LONGEST_PERIOD))
        counts = self._count_customers(now)
        owned = {user_id: row for user_id, row in counts.items() if user_id}
        return {
            "domains": self._get_overview_domains(now, since),
            "views": self._get_overview_views(),
            "owned": sum(row["held"] for row in owned.values()),
            "nobody": counts.get(None, {}).get("nobody", 0),
            "pools": self._prepare_pools(now),
            "people": self._prepare_people(owned, now),
            "ages": self._prepare_ages(owned, now),
            "rules": self._prepare_rules(since),
            "last_run": self._get_last_run(),
        }

    @api.model
    def _is_overview_reader(self):
        """Tell whether the user is a manager, or leads a team."""
        if self.env.su or self.env.user.has_group(ALL_DOCUMENTS_GROUP):
            return True
        # that somebody leads a team is no secret to him
        return bool(self.env["crm.team"].sudo().search([("user_id", "=", self.env.uid)], limit=1))

    @api.model
    def _check_overview_access(self):
        if not self._is_overview_reader():
            raise AccessError(
                self.env._(
                    "The customer overview is for sales managers and the leaders of sales teams. "
                    "Your own customers stand in My Customers."
                )
            )

    # === LISTS BEHIND THE FIGURES === #

    @api.model
    def _get_overview_domains(self, now, since):
        """Return what each figure counts; the client adds person, pool or rule to it."""
        customers = self.env["res.partner"]._get_customer_domain()
        owned = customers & Domain("user_id", "!=", False)
        changes = Domain("date", ">=", fields.Datetime.to_string(since))
        domains = {
            "owned": owned,
            "nobody": customers & Domain("user_id", "=", False) & Domain("pool_id", "=", False),
            "due": owned & Domain("recycle_due_date", "<", self._shift(now, DUE_DAYS)),
            "never": owned & Domain("last_followup_date", "=", False),
            "dwell": Domain("date", ">=", self._shift(now, -DWELL_DAYS)),
            "warn": owned & Domain("recycle_warned_date", ">=", fields.Datetime.to_string(since)),
            **{kind: changes & Domain("kind", "=", kind) for kind in RULE_KINDS},
        }
        return {name: list(domain) for name, domain in domains.items()}

    @api.model
    def _shift(self, now, days):
        return fields.Datetime.to_string(now + timedelta(days=days))

    @api.model
    def _get_overview_views(self):
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        module = "sales_customer_pool"
        return {
            "res.partner": [
                [get_id(f"{module}.my_customers_view_list"), "list"],
                [get_id(f"{module}.my_customers_view_kanban"), "kanban"],
                [False, "form"],
            ],
            "sales.customer.pool.card": [[False, "list"], [False, "kanban"], [False, "form"]],
            "sales.customer.ownership": [[False, "list"], [False, "pivot"], [False, "graph"]],
        }

    # === CUSTOMERS === #

    @api.model
    def _count_customers(self, now):
        """Return the counts by salesperson (None: nobody), all of them in one query.

        :return: dict of dicts ``held``, ``due``, ``never``, ``nobody`` and ``age_<n>``
        """
        partners = self.env["res.partner"]
        partners.flush_model()
        query = partners._search(partners._get_customer_domain())
        user = SQL.identifier(query.table, "user_id")
        query.groupby = user
        conditions = self._get_count_conditions(query.table, now)
        counted = [SQL("COUNT(*) FILTER (WHERE %s)", value) for value in conditions.values()]
        rows = self.env.execute_query(query.select(user, *counted))
        return {row[0]: dict(zip(conditions, row[1:], strict=True)) for row in rows}

    @api.model
    def _get_count_conditions(self, table, now):
        def column(name):
            return SQL.identifier(table, name)

        ages = {
            f"age_{days}": self._get_age_condition(column("ownership_date"), now, days, older)
            for days, older in zip(AGES, (*AGES[1:], None), strict=True)
        }
        return {
            "held": SQL("%s IS NOT NULL", column("user_id")),
            "due": SQL(
                "%s IS NOT NULL AND %s < %s",
                column("user_id"),
                column("recycle_due_date"),
                now + timedelta(days=DUE_DAYS),
            ),
            "never": SQL(
                "%s IS NOT NULL AND %s IS NULL", column("user_id"), column("last_followup_date")
            ),
            "nobody": SQL("%s IS NULL AND %s IS NULL", column("user_id"), column("pool_id")),
            **ages,
        }

    @api.model
    def _get_age_condition(self, column, now, days, older):
        youngest = SQL("%s <= %s", column, now - timedelta(days=days)) if days else SQL("TRUE")
        oldest = SQL("%s > %s", column, now - timedelta(days=older)) if older else SQL("TRUE")
        return SQL("%s IS NOT NULL AND %s AND %s", column, youngest, oldest)

    @api.model
    def _prepare_ages(self, owned, now):
        """Return how long the owned customers have been with their salespeople."""
        ages = []
        for days, older in zip(AGES, (*AGES[1:], None), strict=True):
            domain = Domain("ownership_date", "!=", False)
            if days:
                domain &= Domain("ownership_date", "<=", self._shift(now, -days))
            if older:
                domain &= Domain("ownership_date", ">", self._shift(now, -older))
            count = sum(row[f"age_{days}"] for row in owned.values())
            ages.append({"from": days, "to": older, "count": count, "domain": list(domain)})
        return ages

    @api.model
    def _prepare_pools(self, now):
        """Return the pools with the customers in them, and how long these stay there."""
        cards = self.env["sales.customer.pool.card"]
        counts = dict(cards._read_group([], ["pool_id"], ["__count"]))
        pools = self._get_pools() | self.env["sales.customer.pool"].union(*counts)
        dwell = self._get_dwell_days("from_pool_id", now)
        return [
            {
                "id": pool.id,
                "name": pool.name,
                "count": counts.get(pool, 0),
                "dwell": dwell.get(pool.id, False),
            }
            for pool in pools
        ]

    @api.model
    def _get_pools(self):
        return self.env["sales.customer.pool"].search([("active", "=", True)])

    @api.model
    def _get_dwell_days(self, field, now):
        """Return how many days customers stayed on average, of those that left lately."""
        domain = Domain(self._get_overview_domains(now, now)["dwell"]) & Domain(field, "!=", False)
        groups = self.env["sales.customer.ownership"]._read_group(
            domain, [field], ["dwell_days:avg"]
        )
        return {source.id: round(days or 0, 1) for source, days in groups}

    # === PEOPLE === #

    @api.model
    def _prepare_people(self, owned, now):
        limits = self._get_limits()
        dwell = self._get_dwell_days("from_user_id", now)
        nothing = {"held": 0, "due": 0, "never": 0}
        rows = []
        for person in self._get_people(owned):
            counts = owned.get(person.id, nothing)
            rows.append(
                {
                    "id": person.id,
                    "name": person.name,
                    "active": person.active,
                    **{name: counts[name] for name in nothing},
                    "dwell": dwell.get(person.id, False),
                    "limit": limits.get(person.id, False),
                }
            )
        return sorted(rows, key=lambda row: (-row["held"], row["name"]))

    @api.model
    def _get_people(self, owned):
        """Return who owns customers, and who could: of the pools, or of the own teams."""
        # names of colleagues, and who is in which pool and team
        users = self.env["res.users"].sudo().with_context(active_test=False)
        if self.env.su or self.env.user.has_group(ALL_DOCUMENTS_GROUP):
            could = Domain("id", "in", self._get_pools().sudo().member_ids.ids)  # as above
        else:
            led = Domain("sale_team_id.user_id", "=", self.env.uid)
            could = Domain("id", "=", self.env.uid) | led
        could &= Domain("active", "=", True)
        return users.search(could | Domain("id", "in", list(owned)))

    @api.model
    def _get_limits(self):
        """Return how near each member of pools is to the tightest of their holding limits.

        One query for each filter of what does not count, which pools mostly share.
        """
        pools = self._get_pools().filtered("holding_limit")
        limits = {}
        for text, alike in pools.grouped("holding_exempt_domain").items():
            domain = self._get_counted_domain(text)
            # archived ones, too: as the claim counts them
            partners = self.env["res.partner"].with_context(active_test=False)
            held = dict(partners._read_group(domain, ["user_id"], ["__count"]))
            for pool in alike.sorted("holding_limit", reverse=True):
                for user in pool.sudo().member_ids:  # who is in a pool that one may read
                    limit = self._prepare_limit(pool, domain, held.get(user.sudo(False), 0))
                    best = limits.get(user.id)
                    if not best or limit["share"] > best["share"]:
                        limits[user.id] = limit
        return limits

    @api.model
    def _get_counted_domain(self, text):
        exempt = Domain(safe_eval(text or "[]"))
        domain = self.env["res.partner"]._get_customer_domain() & Domain("user_id", "!=", False)
        return domain if exempt.is_true() else domain & ~exempt

    @api.model
    def _prepare_limit(self, pool, domain, used):
        return {
            "pool": pool.name,
            "limit": pool.holding_limit,
            "used": used,
            "share": round(100 * used / pool.holding_limit),
            "domain": list(domain),
        }

    # === RULES === #

    @api.model
    def _prepare_rules(self, since):
        """Return what each rule did; those that did nothing are there, too."""
        domains = self._get_overview_domains(since, since)
        changes = self.env["sales.customer.ownership"]
        warned = self.env["res.partner"]._read_group(
            Domain(domains["warn"]), ["recycle_rule_id"], ["__count"]
        )
        rows = []
        for kind, field in RULE_KINDS.items():
            done = changes._read_group(Domain(domains[kind]), [field], ["__count"])
            counts = {kind: {rule.id: count for rule, count in done}}
            if kind == "recycle":
                counts["warn"] = {rule.id: count for rule, count in warned}
            rows += self._prepare_rule_rows(kind, changes._fields[field].comodel_name, counts)
        return rows

    @api.model
    def _prepare_rule_rows(self, kind, model, counts):
        found = {rule_id for by_rule in counts.values() for rule_id in by_rule}
        # names of rules, which leaders do not read; of this company, and those that did something
        companies = [False, *self.env.companies.ids]
        mine = Domain("active", "=", True) & Domain("company_id", "in", companies)
        rules = self.env[model].sudo().with_context(active_test=False)  # as said
        rules = rules.search(mine | Domain("id", "in", list(found - {False})))
        names = {rule.id: rule.name for rule in rules}
        if False in found:
            names[False] = self._get_ruleless_name(kind)
        return [
            {
                "kind": kind,
                "id": rule_id,
                "name": name,
                **{what: by_rule.get(rule_id, 0) for what, by_rule in counts.items()},
            }
            for rule_id, name in names.items()
        ]

    @api.model
    def _get_ruleless_name(self, kind):
        if kind == "allocate":
            return self.env._("No rule fitted: into the pool for new customers")
        return self.env._("No longer due, or the rule was deleted")

    @api.model
    def _get_last_run(self):
        # when the job ran last, to everybody who sees what it did
        job = self.env.ref("sales_customer_pool.ir_cron_recycle", raise_if_not_found=False).sudo()
        return fields.Datetime.to_string(job.lastcall) if job and job.lastcall else False
