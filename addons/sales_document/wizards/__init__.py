from . import sales_document_export
