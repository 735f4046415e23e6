"""A process's name, and how children that multiprocessing makes come to it.

A forked child has it from the C library. One that is spawned, or forked by
multiprocessing's server, shares no memory with its parent: to these the name
goes as a part of what multiprocessing sends each child, its Process object.
"""

from . import _memwatch

_KEY = "memwatch"


def register(name):
    """Name this process's line; without it, it has the name of its command.

    Its children have that name until they register one of their own. "" gives
    the command's name back. False where memwatch is off.
    """
    registered = _memwatch.register(name)
    _bequeath(name)
    return registered


class _Name(str):
    """Names the process in which it is unpickled."""

    def __reduce__(self):
        return _inherit, (str(self),)


def _inherit(name):
    _memwatch.register(name)
    return _Name(name)


def _bequeath(name):
    from multiprocessing import process

    # What a Process copies from its parent, such as the key that both authenticate with.
    settings = getattr(process.current_process(), "_config", {})
    if name:
        settings[_KEY] = _Name(name)
    else:
        settings.pop(_KEY, None)
