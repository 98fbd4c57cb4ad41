from . import test_customer_secrecy, test_sales_story
