from . import sales_customer_search_key
from . import res_partner
