from . import test_approval_document
