from . import (
    test_project_confirm,
    test_project_queries,
    test_project_quotation,
    test_project_rights,
    test_project_tour,
)
