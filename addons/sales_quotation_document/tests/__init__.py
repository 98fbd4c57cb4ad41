from . import test_document_rights, test_quotation_documents
