from . import test_availability_kits
