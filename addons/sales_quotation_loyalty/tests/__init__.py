from . import test_quotation_loyalty
