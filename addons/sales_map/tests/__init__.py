from . import test_map_settings
from . import test_map_units
from . import test_map_view
