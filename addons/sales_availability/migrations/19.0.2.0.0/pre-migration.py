def migrate(cr, version):
    """Let go of what has another meaning from now on.

    Claims of the past belong to transactions that are over, and their columns are new. The field
    that was called Availability Control is now the mode of sales orders, beside those of other
    documents: Odoo keeps old translations of a label that has changed.
    """
    cr.execute("DELETE FROM sales_availability_claim")
    cr.execute(
        """
        UPDATE ir_model_fields
           SET field_description = field_description - 'zh_CN',
               help = help - 'zh_CN'
         WHERE model = 'stock.warehouse' AND name = 'availability_mode'
        """
    )
