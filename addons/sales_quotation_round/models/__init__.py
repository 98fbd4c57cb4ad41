from . import (
    payment_transaction,
    res_company,
    res_config_settings,
    res_partner,
    sale_order,
    sale_order_comparison,
    sale_order_line,
    sale_order_new_round,
    sale_report,
    sales_quotation_negotiation,
)
