from . import test_cells, test_load, test_stock, test_file, test_screen
