from . import sales_approval_decide
from . import sales_approval_simulation
