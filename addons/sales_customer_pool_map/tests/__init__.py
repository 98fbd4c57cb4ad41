from . import test_customer_map
