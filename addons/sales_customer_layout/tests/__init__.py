from . import test_customer_layout
