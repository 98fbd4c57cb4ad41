from . import sales_customer_release
from . import sales_customer_transfer
from . import sales_customer_reveal_wizard
from . import sales_customer_recycle_simulation
from . import sales_customer_allocation_simulation
