"""A process's name, and how children that multiprocessing makes come to it.

A forked child has it from the C library. One that is spawned, or forked by
multiprocessing's server, shares no memory with its parent: there the name goes
the way that multiprocessing's own settings go, in the Process object's _config.
"""

import sys

from . import _memwatch

_KEY = "memwatch"


def register(name):
    """Name this process's line; without it, it has the name of its command.

    Its children have that name until they register one of their own. "" gives
    the command's name back. False where memwatch is off.
    """
    registered = _memwatch.register(name)
    _settings()[_KEY] = name
    return registered


def _settings():
    from multiprocessing import process

    return getattr(process.current_process(), "_config", {})


def _inherit(_):
    name = _settings().get(_KEY)
    if name:
        _memwatch.register(name)


def _begin():
    # A child of multiprocessing has it loaded before it can have us.
    if "multiprocessing.process" in sys.modules:
        from multiprocessing import process, util

        if process.parent_process() is not None:
            _inherit(None)
        util.register_after_fork(_begin, _inherit)


_begin()
