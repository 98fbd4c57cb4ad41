from . import (
    base,
    base_import_import,
    ir_fields_converter,
    product_template,
    res_partner,
    stock_quant,
)
