from . import test_availability_figures
from . import test_availability_lots
from . import test_availability_order
from . import test_availability_stock
from . import test_availability_access
from . import test_availability_performance
from . import test_availability_tours
