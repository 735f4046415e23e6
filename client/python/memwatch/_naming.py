"""A process's name, and how children that multiprocessing makes come to it.

A forked child has it from the C library. One that is spawned, or forked by
multiprocessing's server, shares no memory with its parent: to these the name
goes as a part of what multiprocessing sends each child, its Process object.
"""

import pathlib
import sys

from . import _memwatch

_KEY = "memwatch"

_named = False  # somebody has named this process


def register(name):
    """Name this process's line; without it, it has the name of its command.

    Its children have that name until they register one of their own. "" gives
    the command's name back. False where memwatch is off.
    """
    global _named
    _named = True
    registered = _memwatch.register(name)
    _bequeath(name)
    return registered


def register_script():
    """Name it after the script that it runs, where nobody has named it."""
    script = pathlib.Path(sys.argv[0]).stem if sys.argv and sys.argv[0] not in ("", "-c", "-m") else ""
    if script == "__main__":
        script = pathlib.Path(sys.argv[0]).resolve().parent.name
    if script and not _named:
        _memwatch.register(script)


class _Name(str):
    """Names the process in which it is unpickled."""

    def __reduce__(self):
        return _inherit, (str(self),)


def _inherit(name):
    global _named
    _named = True
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
