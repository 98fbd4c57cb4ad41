from . import sales_quotation_counteroffer
