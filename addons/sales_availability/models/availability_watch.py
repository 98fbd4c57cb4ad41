from contextlib import contextmanager

_CURRENT = "sales_availability.watch"


class AvailabilityWatch:
    """The documents that one call creates or writes, and what they asked for before it.

    A form is saved by one ``write`` of the document that calls ``create`` and ``write`` of its
    lines. All of them watch; the outermost checks once, when everything is in place, so that a
    refusal names every line that is too much. The watch lives on the cursor and not in the
    context, which comes from the client.
    """

    def __init__(self, documents):
        self.documents = documents.browse()
        self.before = {}

    def add(self, documents):
        """Watch documents as they are now, before the change."""
        new = documents - self.documents
        for item in new._get_availability_items():
            self.before[item.group] = self.before.get(item.group, 0.0) + item.quantity
        self.documents |= new

    def add_new(self, documents):
        """Watch documents of which nothing was there before."""
        self.documents |= documents


@contextmanager
def watch_availability(documents):
    """Check ``documents``, and those that the block adds, at the end of the outermost block.

    :param documents: records of a model that inherits ``sales.availability.document``, which the
        block is about to change
    :return: context manager that gives the :class:`AvailabilityWatch`
    :raise UserError: at the end of the block, see ``_check_availability``
    """
    cache = documents.env.cr.cache
    name = f"{_CURRENT},{documents._name}"
    watch = cache.get(name)
    if watch is not None:
        watch.add(documents)
        yield watch
        return
    watch = cache[name] = AvailabilityWatch(documents)
    try:
        watch.add(documents)
        yield watch
        watch.documents.exists()._check_availability(watch.before)
    finally:
        cache[name] = None


@contextmanager
def suspend_availability(documents):
    """Check nothing that the block does to documents of this model: it was checked before.

    :param documents: records of a model that inherits ``sales.availability.document``
    """
    with _replaced_watch(documents, _NoWatch(documents)):
        yield


@contextmanager
def watch_apart(documents):
    """Let watches of this model that the block opens check at their own end.

    :param documents: records of a model that inherits ``sales.availability.document``
    """
    with _replaced_watch(documents, None):
        yield


@contextmanager
def _replaced_watch(documents, watch):
    cache = documents.env.cr.cache
    name = f"{_CURRENT},{documents._name}"
    outer = cache.get(name)
    cache[name] = watch
    try:
        yield
    finally:
        cache[name] = outer


class _NoWatch(AvailabilityWatch):
    def add(self, documents):
        """Nobody will ask."""

    def add_new(self, documents):
        """Nobody will ask."""
