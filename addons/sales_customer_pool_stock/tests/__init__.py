from . import test_delivery_secrecy
