from . import (
    base,
    ir_fields_converter,
    product_template,
    res_partner,
    stock_quant,
)
