from . import test_line_files, test_upload
