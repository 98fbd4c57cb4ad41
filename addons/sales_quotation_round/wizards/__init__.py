from . import sales_quotation_new_round
