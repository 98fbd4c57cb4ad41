from . import sales_region
from . import sales_customer_grade
from . import res_partner
