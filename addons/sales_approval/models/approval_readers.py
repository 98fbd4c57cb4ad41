class ApprovalReaders:
    """Who may read which of some documents.

    Each person is looked at once for all documents, so asking about a hundred of them takes as
    many queries as asking about one.
    """

    def __init__(self, documents):
        self.documents = documents
        self._ids = {}

    def filter(self, document, users):
        """Give those of some users who may read a document, in any of their companies.

        :param document: one of the documents
        :param users: res.users
        :return: res.users
        """
        return users.filtered(lambda user: document.id in self._get_readable_ids(user))

    def _get_readable_ids(self, user):
        if user.id not in self._ids:
            companies = user.sudo()._get_company_ids()  # reason: which ones he may switch to
            documents = self.documents.with_user(user).with_context(allowed_company_ids=companies)
            self._ids[user.id] = set(documents._filtered_access("read").ids)
        return self._ids[user.id]
