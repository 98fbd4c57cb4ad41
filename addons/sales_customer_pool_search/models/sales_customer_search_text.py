"""What partners are found by, beside whose they are, kept in the database."""

from odoo import api, fields, models
from odoo.tools import SQL

# Bytes of a text that an entry of an index may hold, with room for what stands beside it. A longer
# one is not kept: its partner is a candidate of every search of whoever may read it.
LONGEST_TEXT = 2000
# The number of a user, that of a pool below zero, or 0 for what is nobody's secret.
SCOPE = """
    CASE WHEN partner.partner_share IS NOT TRUE OR COALESCE(customer.customer_rank, 0) = 0 THEN 0
         WHEN customer.user_id IS NOT NULL THEN customer.user_id
         WHEN customer.pool_id IS NOT NULL THEN -customer.pool_id
         ELSE 0
    END
"""
# As of all rows, by who they belong to; what joins nothing is nobody's.
PARTNERS = """
    FROM res_partner partner
    LEFT JOIN res_partner customer ON customer.id = partner.commercial_partner_id
"""
# Nothing is put between keys: each begins with an upper-case letter, and no text has one.
TEXT = """
    CASE WHEN octet_length(array_to_string({keys}, '')) <= {longest}
         THEN array_to_string({keys}, '')
    END
"""
# Ordered, so that those of a salesperson lie side by side in the table, too.
FILL = f"""
    INSERT INTO sales_customer_search_text (partner_id, scope, text)
    SELECT partner.id, {SCOPE}, {TEXT.format(keys="key.keys", longest=LONGEST_TEXT)} {PARTNERS}
      JOIN sales_customer_search_key key ON key.partner_id = partner.id
     WHERE NOT EXISTS (
           SELECT FROM sales_customer_search_text found WHERE found.partner_id = partner.id)
     ORDER BY 2, 1
"""
SAVE = f"""
        INSERT INTO sales_customer_search_text (partner_id, scope, text)
        SELECT partner.id, {SCOPE}, {TEXT.format(keys="NEW.keys", longest=LONGEST_TEXT)} {PARTNERS}
         WHERE partner.id = NEW.partner_id
            ON CONFLICT (partner_id) DO UPDATE
           SET scope = EXCLUDED.scope, text = EXCLUDED.text;
"""
OF_KEY = f"""
    BEGIN
        {SAVE}
        RETURN NULL;
    END
"""
# Somebody else may give the company of a contact to another salesperson at the same time, who would
# not see the new contact, as we do not see the new salesperson: both write the row of the company.
OF_NEW_KEY = f"""
    BEGIN
        UPDATE sales_customer_search_text text
           SET scope = text.scope
          FROM res_partner partner
         WHERE partner.id = NEW.partner_id AND partner.commercial_partner_id <> partner.id
           AND text.partner_id = partner.commercial_partner_id;
        {SAVE}
        RETURN NULL;
    END
"""
OF_PARTNER = f"""
    BEGIN
        IF OLD.commercial_partner_id IS DISTINCT FROM NEW.commercial_partner_id THEN
            UPDATE sales_customer_search_text text
               SET scope = text.scope
             WHERE text.partner_id = NEW.commercial_partner_id AND text.partner_id <> NEW.id;
        END IF;
        UPDATE sales_customer_search_text text
           SET scope = found.scope
          FROM (SELECT partner.id, {SCOPE} AS scope {PARTNERS} WHERE partner.id = NEW.id) AS found
         WHERE text.partner_id = found.id AND text.scope <> found.scope;
        IF NEW.commercial_partner_id = NEW.id THEN
            UPDATE sales_customer_search_text text
               SET scope = found.scope
              FROM (SELECT partner.id, {SCOPE} AS scope {PARTNERS}
                     WHERE partner.commercial_partner_id = NEW.id AND partner.id <> NEW.id) AS found
             WHERE text.partner_id = found.id AND text.scope <> found.scope;
        END IF;
        RETURN NULL;
    END
"""
# A plan is kept for a whole session, and would read all rows of what had none when it was made.
SETTINGS = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
COLUMNS = ("user_id", "pool_id", "customer_rank", "commercial_partner_id", "partner_share")
OLD, NEW = (", ".join(f"{row}.{column}" for column in COLUMNS) for row in ("OLD", "NEW"))
TRIGGERS = {
    "sales_customer_search_text_of_new_key": (
        OF_NEW_KEY,
        "AFTER INSERT ON sales_customer_search_key FOR EACH ROW",
    ),
    "sales_customer_search_text_of_key": (
        OF_KEY,
        "AFTER UPDATE OF keys ON sales_customer_search_key FOR EACH ROW "
        "WHEN (OLD.keys IS DISTINCT FROM NEW.keys)",
    ),
    "sales_customer_search_text_of_partner": (
        OF_PARTNER,
        f"AFTER UPDATE OF {', '.join(COLUMNS)} ON res_partner FOR EACH ROW "
        f"WHEN (({OLD}) IS DISTINCT FROM ({NEW}))",
    ),
}


class SalesCustomerSearchText(models.Model):
    """All keys of a partner as one text, by whose it is: one row for each, as of keys.

    Whoever reads a small part of all partners finds them by looking through this part, which lies
    side by side in the index. Only triggers write here, since owners change by SQL, too, and nobody
    but the search reads.
    """

    _name = "sales.customer.search.text"
    _description = "Customer Search Text"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")

    scope = fields.Integer(
        required=True,
        help="Whose it is: the number of a user, that of a pool below zero, or 0 for what is "
        "nobody's secret",
    )

    text = fields.Text(help="The keys, one after the other; empty if they are too long")

    _partner_uniq = models.UniqueIndex("(partner_id)")
    _scope_idx = models.Index("(scope, partner_id) INCLUDE (text)")

    def init(self):
        """Make the triggers that keep the rows."""
        result = super().init()
        for name, (body, event) in TRIGGERS.items():
            create = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            self.env.cr.execute(SQL(f"{create} {SETTINGS} AS $${body}$$"))
            self.env.cr.execute(
                SQL(f"CREATE OR REPLACE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")
            )
        return result

    @api.model
    def _fill(self):
        """Add the partners that had their keys before the triggers were there."""
        self.env.cr.execute(SQL(FILL))


def drop_functions(cr):
    """Drop the functions, and the triggers with them."""
    for name in TRIGGERS:
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(name)))
