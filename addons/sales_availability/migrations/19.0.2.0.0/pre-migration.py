def migrate(cr, version):
    """Claims of the past belong to transactions that are over; their columns are new."""
    cr.execute("DELETE FROM sales_availability_claim")
