from . import (
    res_partner,
    sale_order,
    sale_order_line,
    sale_order_line_drawn,
    sales_contract,
    sales_contract_line,
)
