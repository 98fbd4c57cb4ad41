from . import (
    test_customer_duplicates,
    test_customer_file,
    test_customer_intake,
    test_customer_keys,
    test_customer_mail,
    test_customer_policy,
)
