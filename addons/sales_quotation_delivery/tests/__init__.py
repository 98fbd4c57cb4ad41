from . import test_quotation_delivery
