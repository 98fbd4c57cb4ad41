from odoo.tools import SQL


def migrate(cr, version):
    _add_columns(cr)
    _name_tier(cr)


def _add_columns(cr):
    """Add empty what is resolved when a line is made: orders that were made keep their prices."""
    cr.execute("ALTER TABLE sale_order_line ADD COLUMN IF NOT EXISTS ceiling_pricelist_id int4")


def _name_tier(cr):
    """Give the tier that came inside of its rule a name in the data, so that it is translated.

    One that was renamed is the company's own.
    """
    cr.execute(
        SQL(
            """
            INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
                 SELECT rule.module, 'approval_rule_prices_tier', 'sales.approval.rule.tier',
                        MIN(tier.id), true
                   FROM ir_model_data rule
                   JOIN sales_approval_rule_tier tier ON tier.rule_id = rule.res_id
                  WHERE rule.module = 'sales_quotation' AND rule.name = 'approval_rule_prices'
                    AND tier.name->>'en_US' = 'Sales manager'
               GROUP BY rule.module
            ON CONFLICT (module, name) DO NOTHING
            """
        )
    )
