from . import sales_availability
from . import sales_availability_claim
from . import stock_warehouse
from . import sale_order
from . import sale_order_line
