from . import test_availability_expiry
