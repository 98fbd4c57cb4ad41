from . import test_quotation_pos
