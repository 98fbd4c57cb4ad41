from . import test_search_texts
