from . import test_search_terms
from . import test_customer_search
from . import test_customer_search_access
from . import test_customer_search_performance
from . import test_customer_search_tours
