from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.query import Query

from .timeline_source import TimelineSource

PAGE = 30
ROUNDS = 5  # how often a page is filled up when something in it may not be read
MESSAGE_TYPES = ("email", "comment", "email_outgoing")


class ResPartner(models.Model):
    _inherit = "res.partner"

    # ---- sources ----------------------------------------------------------------------------

    def _timeline_sources(self):
        """Return the :class:`TimelineSource` of each kind of event of this customer.

        The hook of later rooms::

            def _timeline_sources(self):
                return [
                    *super()._timeline_sources(),
                    *self._prepare_timeline_source(
                        "visit", self.env._("Visits"), "fa-map-marker", "sales.visit",
                        [("partner_id", "in", self._get_timeline_partner_ids())],
                        date="date", title="display_name", user="user_id", text=["note"],
                    ),
                ]

        The order of events is that of their date, then of their kind, then of their id.
        """
        return [
            *self._get_timeline_message_sources(),
            *self._get_timeline_activity_sources(),
            *self._get_timeline_followup_sources(),
            *self._get_timeline_sale_sources(),
            *self._get_timeline_account_sources(),
            *self._get_timeline_ownership_sources(),
        ]

    def _get_timeline_partner_ids(self):
        """Return the ids of the customer and all its contacts, archived ones, too."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE commercial_partner_id = %s",
                self.commercial_partner_id.id,
            )
        )
        return [row[0] for row in rows]

    def _prepare_timeline_source(self, kind, label, icon, model, domain, *, date, text=(), **more):
        """Return the sources of a kind: one, or none when the user may not read the model.

        :param date: name of the stored date or datetime field that says when it happened
        :param text: names of stored fields that a text filter looks into
        :param more: names of fields, see :class:`TimelineSource`
        """
        if not self.env[model].has_access("read"):
            return []
        records = self.env[model].with_context(active_test=False)
        query = records._search(Domain(domain))
        source = TimelineSource(
            kind=kind,
            label=label,
            icon=icon,
            model=model,
            query=query,
            date=records._field_to_sql(query.table, date, query),
            text=tuple(records._field_to_sql(query.table, name, query) for name in text),
            is_day=records._fields[date].type == "date",
            **more,
        )
        return [source]

    def _get_timeline_documents(self):
        """Return the queries of documents whose messages and activities belong here, by model."""
        family = [("partner_id", "in", self._get_timeline_partner_ids())]
        return {
            model: self.env[model].with_context(active_test=False)._search(family)
            for model in ("crm.lead", "sale.order")
            if self.env[model].has_access("read")
        }

    def _get_timeline_document_conditions(self, table, model_column):
        """Return the conditions, by model, that a row stands on a document of this customer."""
        column, res_id = SQL.identifier(table, model_column), SQL.identifier(table, "res_id")
        family = self._get_timeline_partner_ids()
        own = SQL("%s = 'res.partner' AND %s = ANY(%s)", column, res_id, family)
        others = [
            SQL("%s = %s AND %s IN %s", column, model, res_id, query.subselect())
            for model, query in self._get_timeline_documents().items()
        ]
        return [own, *others]

    def _get_timeline_message_sources(self):
        """Return one source per model: each finds its messages by the index.

        Odoo's search of messages reads all of them to tell which may be read. Here the documents
        are restricted, and the messages of a page are checked by Odoo's rules before they go out.
        """
        sources = []
        for condition in self._get_timeline_document_conditions("mail_message", "model"):
            query = Query(self.env, "mail_message")
            query.add_where(condition)
            query.add_where(SQL("mail_message.message_type IN %s", MESSAGE_TYPES))
            sources.append(
                TimelineSource(
                    kind="message",
                    label=self.env._("Messages"),
                    icon="fa-envelope-o",
                    model="mail.message",
                    query=query,
                    date=SQL("mail_message.date"),
                    text=(SQL("mail_message.subject"), SQL("mail_message.body")),
                    title="subject",
                    body="preview",
                    user="author_id",
                )
            )
        return sources

    def _get_timeline_activity_sources(self):
        conditions = self._get_timeline_document_conditions("mail_activity", "res_model")
        conditions.append(SQL("mail_activity.user_id = %s", self.env.uid))
        query = Query(self.env, "mail_activity")
        query.add_where(SQL("mail_activity.customer_id = %s", self.commercial_partner_id.id))
        query.add_where(SQL("(%s)", SQL(" OR ").join(SQL("(%s)", c) for c in conditions)))
        return [
            TimelineSource(
                kind="activity",
                label=self.env._("Reminders and Activities"),
                icon="fa-bell-o",
                model="mail.activity",
                query=query,
                date=SQL("COALESCE(mail_activity.date_done, mail_activity.date_deadline)"),
                text=(SQL("mail_activity.summary"), SQL("mail_activity.feedback")),
                title="display_name",
                body="feedback",
                user="user_id",
                state="state",
                is_day=True,
            )
        ]

    def _get_timeline_followup_sources(self):
        return self._prepare_timeline_source(
            "followup",
            self.env._("Follow-ups"),
            "fa-comments-o",
            "sales.followup",
            [("partner_id", "=", self.commercial_partner_id.id)],
            date="date",
            text=("content", "problem", "result", "next_step"),
            title="method_id",
            body="content",
            user="user_id",
            state="evidence",
        )

    def _get_timeline_sale_sources(self):
        family = Domain("partner_id", "in", self._get_timeline_partner_ids())
        ordered = Domain("state", "=", "sale")
        values = {
            "model": "sale.order",
            "text": ("name", "client_order_ref"),
            "title": "display_name",  # says the round, too, where there are rounds
            "user": "user_id",
            "amount": "amount_total",
            "state": "state",
        }
        return [
            *self._prepare_timeline_source(
                "lead",
                self.env._("Opportunities"),
                "fa-star-o",
                "crm.lead",
                family,
                date="create_date",
                text=("name",),
                title="name",
                user="user_id",
                amount="expected_revenue",
                currency="company_currency",
                state="won_status",
            ),
            *self._prepare_timeline_source(
                "quotation",
                self.env._("Quotations"),
                "fa-file-text-o",
                domain=family & ~ordered,
                date="create_date",
                **values,
            ),
            *self._prepare_timeline_source(
                "order",
                self.env._("Orders"),
                "fa-shopping-cart",
                domain=family & ordered,
                date="date_order",
                **values,
            ),
        ]

    def _get_timeline_account_sources(self):
        family = Domain("partner_id", "in", self._get_timeline_partner_ids())
        invoices = family & Domain("move_type", "in", ("out_invoice", "out_refund"))
        return [
            *self._prepare_timeline_source(
                "invoice",
                self.env._("Invoices"),
                "fa-file-o",
                "account.move",
                invoices & Domain("state", "=", "posted"),
                date="invoice_date",
                text=("name", "ref"),
                title="name",
                user="invoice_user_id",
                amount="amount_total",
                state="payment_state",
            ),
            *self._prepare_timeline_source(
                "payment",
                self.env._("Payments"),
                "fa-money",
                "account.payment",
                family & Domain("state", "in", ("in_process", "paid")),
                date="date",
                text=("name", "memo"),
                title="name",
                body="memo",
                amount="amount",
                state="state",
            ),
        ]

    def _get_timeline_ownership_sources(self):
        return self._prepare_timeline_source(
            "ownership",
            self.env._("Ownership"),
            "fa-exchange",
            "sales.customer.ownership",
            [("partner_id", "=", self.commercial_partner_id.id)],
            date="date",
            text=("note",),
            title="kind",
            body="summary",
            user="changed_by_id",
        )

    # ---- pages ------------------------------------------------------------------------------

    @api.readonly
    def get_timeline(self, cursor=None, kinds=None, text="", limit=PAGE):
        """Return a page of what happened with the customer and its contacts, the newest first.

        :param cursor: ``next`` of the page before
        :param kinds: only these kinds of events
        :param text: only what contains this text
        :return: dict of ``items``, and ``next``: the cursor of the next page, or False at the end
        """
        self.ensure_one()
        self._check_timeline_access()
        sources = [s for s in self._timeline_sources() if not kinds or s.kind in kinds]
        if not isinstance(limit, int) or not isinstance(text or "", str):
            raise UserError(self.env._("A page of the timeline needs a text and a whole number."))
        text = (text or "").replace("\0", "")  # PostgreSQL has no such character
        limit = max(1, min(limit, 100))
        items, cursor = [], tuple(cursor or ())
        for _round in range(ROUNDS):
            rows = self._fetch_timeline(sources, cursor, text.strip(), limit - len(items))
            items += self._prepare_timeline_items(sources, rows)
            cursor = self._get_timeline_cursor(rows[-1]) if rows else ()
            if not cursor or len(items) >= limit:
                break
        return {"items": items, "next": list(cursor) or False}

    def _check_timeline_access(self):
        """Raise when the user may not see the customer's history. Later rooms restrict more."""
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("The history of customers is for salespeople."))
        (self | self.commercial_partner_id).check_access("read")

    def _get_timeline_cursor(self, row):
        return (row[1].isoformat(), row[2], row[3])

    def _fetch_timeline(self, sources, cursor, text, limit):
        """Return rows of (index of the source, date, kind, id)."""
        if not sources:
            return []
        # In the order of the kinds, as the cursor compares them: byte by byte
        selects = [
            SQL("(%s)", self._get_timeline_select(number, source, cursor, text, limit))
            for number, source in enumerate(sources)
        ]
        for model in {source.model for source in sources}:
            self.env[model].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT source, date, kind, id FROM (%s) AS event
              ORDER BY date DESC, kind COLLATE "C" DESC, id DESC LIMIT %s
                """,
                SQL(" UNION ALL ").join(selects),
                limit,
            )
        )

    def _get_timeline_select(self, number, source, cursor, text, limit):
        """Each source gives no more than a page: page 50 costs what page 1 does."""
        query = source.query
        date = SQL("(%s)::timestamp", source.date)
        record_id = SQL.identifier(query.table, "id")
        clauses = [SQL("%s IS NOT NULL", source.date)]
        if cursor:
            clauses.append(self._get_timeline_keyset(source, date, record_id, cursor))
        if text:
            pattern = self._get_timeline_pattern(text)
            found = [SQL("%s ILIKE %s", column, pattern) for column in source.text]
            clauses.append(SQL("(%s)", SQL(" OR ").join(found or [SQL("FALSE")])))
        return SQL(
            """
            SELECT %(number)s AS source, %(date)s AS date, %(kind)s AS kind, %(id)s AS id
              FROM %(tables)s
             WHERE %(where)s
          ORDER BY %(date)s DESC, %(id)s DESC
             LIMIT %(limit)s
            """,
            number=number,
            date=date,
            kind=source.kind,
            id=record_id,
            tables=query.from_clause,
            where=SQL(" AND ").join([query.where_clause or SQL("TRUE"), *clauses]),
            limit=limit,
        )

    def _get_timeline_pattern(self, text):
        for character in "\\%_":
            text = text.replace(character, f"\\{character}")
        return f"%{text}%"

    def _get_timeline_keyset(self, source, date, record_id, cursor):
        """Return the condition for what comes after the cursor's (date, kind, id)."""
        try:
            when, kind, last_id = datetime.fromisoformat(cursor[0]), cursor[1], int(cursor[2])
        except (TypeError, ValueError, IndexError) as error:
            raise UserError(self.env._("Load the timeline again: this page is gone.")) from error
        if source.kind == kind:
            return SQL("(%s, %s) < (%s, %s)", date, record_id, when, last_id)
        if source.kind.encode() < kind.encode():
            return SQL("%s <= %s", date, when)
        return SQL("%s < %s", date, when)

    @api.readonly
    def get_timeline_document(self, message_id):
        """Return the action that opens the document which a message of the timeline stands on."""
        self.ensure_one()
        message = self.env["mail.message"].browse(message_id)
        message.check_access("read")
        document = self.env[message.model].browse(message.res_id)
        return document.get_formview_action()

    # ---- what is shown ----------------------------------------------------------------------

    def _prepare_timeline_items(self, sources, rows):
        """Read the events of a page with the user's own rights, model by model."""
        items = {}
        for number, source in enumerate(sources):
            ids = [row[3] for row in rows if row[0] == number]
            records = self.env[source.model].browse(ids)._filtered_access("read")
            names = self._get_timeline_field_names(source, records)
            records.fetch(names)
            for record in records:
                items[number, record.id] = self._prepare_timeline_item(source, record, names)
        events = [(row, items.get((row[0], row[3]))) for row in rows]
        return [
            {**item, "date": fields.Datetime.to_string(row[1]), "key": f"{row[2]}-{row[3]}"}
            for row, item in events
            if item
        ]

    def _get_timeline_field_names(self, source, records):
        """Return those fields of the source that the user may read."""
        wanted = [source.title, source.body, source.user, source.state]
        wanted += [source.amount, source.currency] if source.amount else []
        return [
            name
            for name in wanted
            if name and records._has_field_access(records._fields[name], "read")
        ]

    def _prepare_timeline_item(self, source, record, names):
        def get_text(name):
            return self._format_timeline_value(record, name) if name in names else ""

        return {
            "kind": source.kind,
            "res_model": source.model,
            "res_id": record.id,
            "is_day": source.is_day,
            "is_open": source.model == "mail.activity" and record.active,
            "title": get_text(source.title),
            "body": get_text(source.body),
            "user": get_text(source.user),
            "state": get_text(source.state),
            "amount": record[source.amount] if source.amount in names else False,
            "currency_id": record[source.currency].id if source.amount in names else False,
        }

    def _format_timeline_value(self, record, name):
        value, field = record[name], record._fields[name]
        if field.type == "many2one":
            return value.sudo().display_name or ""  # sudo: a name, as many2one fields show it
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return value or ""
