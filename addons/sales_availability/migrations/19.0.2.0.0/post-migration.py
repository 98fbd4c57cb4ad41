from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let the job build the balances of what the company already has."""
    api.Environment(cr, SUPERUSER_ID, {})["sales.availability.balance"]._mark_all()
