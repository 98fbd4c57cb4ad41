from . import test_customer_layout, test_customer_layout_screen
