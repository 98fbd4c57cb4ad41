from . import test_round_export, test_round_layouts
