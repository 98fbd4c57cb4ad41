from . import (
    test_excel_templates,
    test_office_files,
    test_template_sandbox,
    test_word_templates,
)
