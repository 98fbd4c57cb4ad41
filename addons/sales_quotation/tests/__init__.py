from . import (
    test_ceiling,
    test_floor,
    test_queries,
)
