from . import test_customer_allocation
from . import test_customer_claim
from . import test_customer_due_property
from . import test_customer_recycle
from . import test_customer_secrecy
from . import test_customer_overview
