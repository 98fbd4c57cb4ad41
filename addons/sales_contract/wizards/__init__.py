from . import sales_quotation_contract
