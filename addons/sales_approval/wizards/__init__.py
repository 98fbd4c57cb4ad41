from . import sales_approval_decide
from . import sales_approval_hand_over
from . import sales_approval_simulation
