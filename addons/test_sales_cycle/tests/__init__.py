from . import test_sales_story
