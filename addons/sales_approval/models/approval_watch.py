from contextlib import contextmanager

_CURRENT = "sales_approval.watch"


class ApprovalWatch:
    """The documents that one call changes, and what was guarded in them before it.

    A form is saved by one ``write`` of the document that calls ``create``, ``write`` and
    ``unlink`` of its lines. All of them watch; the outermost judges once, when everything is in
    place. The watch lives on the cursor and not in the context, which comes from the client.
    """

    def __init__(self, documents):
        self.documents = documents.browse()
        self.before = {}

    def add(self, documents):
        """Watch documents as they are now, before the change."""
        new = documents.sudo() - self.documents  # reason: what is guarded is not the writer's
        self.documents |= new
        guarded = new._approval_touch()._filter_approval_guarded()
        self.before.update(guarded._get_approval_snapshots())


def is_lasting(records, vals):
    """Say whether values are kept: what is only computed changes nothing that is guarded."""
    found = (records._fields.get(name) for name in vals)
    return any(field and (field.store or field.inverse) for field in found)


@contextmanager
def watch_approval(documents):
    """Judge ``documents``, and those that the block adds, at the end of the outermost block.

    :param documents: records of a model that inherits ``sales.approval.mixin``, which the block
        is about to change
    :raise UserError: at the end of the block, see ``_approval_judge``
    """
    cache = documents.env.cr.cache
    name = f"{_CURRENT},{documents._name}"
    watch = cache.get(name)
    if watch is not None:
        watch.add(documents)
        yield
        return
    watch = cache[name] = ApprovalWatch(documents)
    try:
        watch.add(documents)
        yield
        if watch.before:
            changed = documents.browse(watch.before).exists()
            changed._approval_judge(watch.before)
    finally:
        cache[name] = None
