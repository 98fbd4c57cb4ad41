from . import test_round_trip
