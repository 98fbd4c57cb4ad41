from . import sales_quotation_copy
