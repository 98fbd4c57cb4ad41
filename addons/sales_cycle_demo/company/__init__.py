from . import order_plan
from . import tables
