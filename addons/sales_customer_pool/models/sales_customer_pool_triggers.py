"""The database functions that keep who owns a customer, whoever changes it and however.

Forms, imports, RPC, core's wizards and jobs, foreign keys and our own set-based statements all end
in an UPDATE of ``res_partner``. So the invariants and the history live there, in the same statement
as the change: no way around them, and exactly one history row for each change.
"""

from odoo import models
from odoo.tools import SQL

# Transaction-local setting with what the statement cannot know: kind, reason, note, rule, pool.
CHANGE_SETTING = "sales_customer_pool.change"

IS_CUSTOMER = "(NEW.customer_rank > 0 AND (NEW.is_company OR NEW.parent_id IS NULL))"

KEEP = """
    BEGIN
        IF NEW.user_id IS NOT NULL AND NEW.pool_id IS NOT NULL THEN
            -- Whichever of the two was set last wins.
            IF TG_OP = 'UPDATE' AND NEW.user_id IS NOT DISTINCT FROM OLD.user_id THEN
                NEW.user_id := NULL;
            ELSE
                NEW.pool_id := NULL;
            END IF;
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.user_id IS NOT NULL OR NEW.pool_id IS NOT NULL THEN
                NEW.ownership_date := now() AT TIME ZONE 'UTC';
                NEW.home_pool_id := COALESCE(NEW.pool_id, NEW.home_pool_id);
            END IF;
        ELSIF (NEW.user_id, NEW.pool_id) IS DISTINCT FROM (OLD.user_id, OLD.pool_id) THEN
            NEW.ownership_date := now() AT TIME ZONE 'UTC';
            IF NEW.pool_id IS NOT NULL THEN
                NEW.home_pool_id := NEW.pool_id;
            END IF;
            IF NEW.protected_until IS NOT DISTINCT FROM OLD.protected_until THEN
                NEW.protected_until := NULL;
            END IF;
            NEW.recycle_extended_until := NULL;
            NEW.recycle_due_date := NULL;
            NEW.recycle_rule_id := NULL;
            NEW.recycle_warned_days := NULL;
        END IF;
        RETURN NEW;
    END
"""

LOG = f"""
    DECLARE
        change jsonb := COALESCE(
            NULLIF(current_setting('{CHANGE_SETTING}', true), '')::jsonb, '{{}}'::jsonb);
        former_user int;
        former_pool int;
        former_date timestamp;
        rule int := (change ->> 'rule_id')::int;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF (NEW.user_id, NEW.pool_id) IS NOT DISTINCT FROM (OLD.user_id, OLD.pool_id) THEN
                RETURN NULL;
            END IF;
            former_user := OLD.user_id;
            former_pool := OLD.pool_id;
            former_date := OLD.ownership_date;
            IF change ->> 'kind' = 'recycle' THEN
                rule := OLD.recycle_rule_id;
            END IF;
        ELSIF NEW.user_id IS NULL AND NEW.pool_id IS NULL THEN
            RETURN NULL;
        END IF;
        IF NOT {IS_CUSTOMER} THEN
            RETURN NULL;
        END IF;
        -- Who has lost a customer no longer reads what others write to it.
        IF former_user IS NOT NULL THEN
            DELETE FROM mail_followers follower
             USING res_users former
             WHERE former.id = former_user AND follower.partner_id = former.partner_id
               AND follower.res_model = 'res.partner' AND follower.res_id = NEW.id;
        END IF;
        INSERT INTO sales_customer_ownership (
            partner_id, from_user_id, to_user_id, from_pool_id, to_pool_id, date, changed_by_id,
            kind, reason_id, note, rule_id, allocation_rule_id, dwell_days, company_id)
        VALUES (
            NEW.id, former_user, NEW.user_id, former_pool, NEW.pool_id, NEW.ownership_date,
            NEW.write_uid,
            COALESCE(change ->> 'kind', CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'edit' END),
            (change ->> 'reason_id')::int, change ->> 'note', rule,
            (change ->> 'allocation_rule_id')::int,
            EXTRACT(epoch FROM NEW.ownership_date - former_date) / 86400.0,
            NEW.company_id);
        RETURN NULL;
    END
"""

MARK = """
    BEGIN
        IF TG_OP = 'UPDATE' AND {is_same} THEN
            RETURN NULL;
        END IF;
        INSERT INTO sales_customer_recycle_mark (partner_res_id)
        {partners};
        RETURN NULL;
    END
"""
COMMERCIAL = """
    SELECT COALESCE(partner.commercial_partner_id, partner.id)
      FROM res_partner partner
     WHERE partner.id = NEW.partner_id"""

# Table: columns that a due date depends on, and the customers that a row stands for.
SOURCES = {
    "res_partner": (
        (
            "user_id",
            "home_pool_id",
            "customer_grade_id",
            "source_id",
            "last_followup_date",
            "last_contact_date",
            "protected_until",
            "recycle_locked",
            "recycle_extended_until",
            "customer_rank",
            "is_company",
            "parent_id",
            "company_id",
            "active",
        ),
        # one that has become a contact loses its date
        "SELECT NEW.id WHERE NEW.user_id IS NOT NULL "
        f"AND ({IS_CUSTOMER} OR NEW.recycle_due_date IS NOT NULL)",
    ),
    "sale_order": (("partner_id", "state", "invoice_status", "date_order"), COMMERCIAL),
    "crm_lead": (("partner_id", "active", "type", "won_status"), COMMERCIAL),
    "account_move": (("partner_id", "move_type", "state", "payment_state"), COMMERCIAL),
    "res_users": (
        ("active",),
        "SELECT partner.id FROM res_partner partner WHERE partner.user_id = NEW.id",
    ),
}

FUNCTIONS = {
    "sales_customer_pool_keep": (
        KEEP,
        "BEFORE INSERT OR UPDATE OF user_id, pool_id ON res_partner FOR EACH ROW",
    ),
    "sales_customer_pool_log": (
        LOG,
        "AFTER INSERT OR UPDATE OF user_id, pool_id ON res_partner FOR EACH ROW",
    ),
}


class SalesCustomerOwnership(models.Model):
    _inherit = "sales.customer.ownership"

    def init(self):
        for name, (body, event) in FUNCTIONS.items():
            create_trigger(self.env.cr, name, body, event)
        for table, (columns, partners) in SOURCES.items():
            create_mark_trigger(self.env.cr, table, columns, partners)


def create_mark_trigger(cr, table, columns, partners):
    """Mark customers to be recomputed whenever a row that matters to them changes."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    body = MARK.format(is_same=f"ROW({old}) IS NOT DISTINCT FROM ROW({new})", partners=partners)
    event = f"AFTER INSERT OR UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW"
    create_trigger(cr, f"sales_customer_pool_mark_{table}", body, event)


def create_trigger(cr, name, body, event):
    """Create a function and the trigger of the same name that calls it.

    :param name: constant of the calling module, as are the other two
    :param body: PL/pgSQL
    :param event: what fires it, ``<when> ON <table> FOR EACH ...``
    """
    cr.execute(
        SQL(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    )
    cr.execute(SQL(f"CREATE OR REPLACE TRIGGER {name} {event} EXECUTE FUNCTION {name}()"))


def drop_triggers(cr):
    """Leave the tables of other addons as they were."""
    cr.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'sales\\_customer\\_pool\\_%'")
    for (name,) in cr.fetchall():
        cr.execute(SQL("DROP FUNCTION %s() CASCADE", SQL.identifier(name)))
