from . import test_timeline_stock
