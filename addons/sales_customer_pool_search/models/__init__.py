from . import res_partner, sales_customer_search_text
