from typing import Any, Callable, Optional, TypeVar, overload

_F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["register", "event", "span", "benchmark", "flush", "dropped"]
__version__: str

def register(name: str) -> bool:
    """Name this process's line; without it, it has the name of its command.

    Its children have that name until they register one of their own. "" gives
    the command's name back. False where memwatch is off.
    """

def event(label: str, category: str = "") -> None:
    """A milestone: this happened, now.

    A label is up to 200 bytes of UTF-8, a category up to 63; a longer one is cut.
    """

def flush(timeout: Optional[float] = 1.0) -> bool:
    """Wait until a watcher has all events of this process: True.

    False after `timeout` seconds (None: as long as it takes), and at once where
    no watcher runs. Nothing is lost without it.
    """

def dropped() -> int:
    """Events of this process that could not be kept."""

class span:
    """A span of time: `with span("read", "I/O"):`, `async with`, or a decorator.

    It ends however the block or the function is left. As a decorator it is of
    functions, coroutine functions and generator functions; each call is a span.
    """

    name: str
    category: str
    def __init__(self, name: str, category: str = "") -> None: ...
    def __enter__(self) -> span: ...
    def __exit__(self, *exception: object) -> None: ...
    async def __aenter__(self) -> span: ...
    async def __aexit__(self, *exception: object) -> None: ...
    def __call__(self, function: _F) -> _F: ...

@overload
def benchmark(field: str = "") -> Callable[[_F], _F]:
    """Decorate a function: each call is a span of category `field`, named after it.

    `@benchmark` alone is the same as `@benchmark()`: a span of no category.
    """

@overload
def benchmark(field: _F) -> _F: ...
