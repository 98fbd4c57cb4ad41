from . import (
    sales_price_simulation,
    sales_quotation_copy,
    sales_quotation_paste,
    sales_quotation_inquiry,
)
