from . import (
    sales_customer_layout,
    sales_customer_layout_line,
    res_partner,
    ir_http,
    res_groups,
)
