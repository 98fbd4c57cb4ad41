from . import test_quotation_tier
