from contextlib import contextmanager

_CURRENT = "sales_availability.watch"


class AvailabilityWatch:
    """The sales orders that one call creates or writes, and what they asked for before it.

    A form is saved by one ``write`` of the order that calls ``create`` and ``write`` of its lines.
    All of them watch; the outermost checks once, when everything is in place, so that a refusal
    names every line that is too much. The watch lives on the cursor and not in the context, which
    comes from the client.
    """

    def __init__(self, orders):
        self.orders = orders.browse()
        self.before = {}

    def add(self, orders):
        """Watch orders as they are now, before the change."""
        new = orders - self.orders
        self.before.update(new._get_availability_demand())
        self.orders |= new

    def add_new(self, orders):
        """Watch orders of which nothing was there before."""
        self.orders |= orders


@contextmanager
def watch_availability(orders):
    """Check ``orders``, and those that the block adds, at the end of the outermost block.

    :param orders: ``sale.order`` records that the block is about to change
    :return: context manager that gives the :class:`AvailabilityWatch`
    :raise UserError: at the end of the block, see ``sale.order._check_availability``
    """
    cache = orders.env.cr.cache
    watch = cache.get(_CURRENT)
    if watch is not None:
        watch.add(orders)
        yield watch
        return
    watch = cache[_CURRENT] = AvailabilityWatch(orders)
    try:
        watch.add(orders)
        yield watch
        watch.orders.exists()._check_availability(watch.before)
    finally:
        del cache[_CURRENT]
