from . import sales_quotation_paste
