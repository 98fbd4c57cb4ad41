from . import approval_delta
