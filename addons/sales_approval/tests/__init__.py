from . import test_approval_absence
from . import test_approval_delta
