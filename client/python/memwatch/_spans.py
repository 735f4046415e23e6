"""Spans, as context managers and decorators."""

import functools
import inspect

from ._memwatch import begin, end


class span:
    """A span of time: `with span("read", "I/O"):`, `async with`, or a decorator.

    It ends however the block or the function is left. As a decorator it is of
    functions, coroutine functions and generator functions; each call is a span.
    One object may be entered again before it is left, in the same thread.
    """

    __slots__ = ("name", "category", "_open")

    def __init__(self, name, category=""):
        if not isinstance(name, str) or not isinstance(category, str):
            raise TypeError(f"a span's name and category are str: {name!r}, {category!r}")
        self.name = name
        self.category = category
        self._open = []

    def __repr__(self):
        return f"memwatch.span({self.name!r}, {self.category!r})"

    def __enter__(self):
        self._open.append(begin(self.name, self.category))
        return self

    def __exit__(self, *exception):
        end(self._open.pop())

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *exception):
        self.__exit__()

    def __call__(self, function):
        return _decorate(function, self.name, self.category)


def benchmark(field=""):
    """Decorate a function: each call is a span of category `field`, named after it.

    `@benchmark` alone is the same as `@benchmark()`: a span of no category.
    """
    if callable(field):
        return _decorate(field, _name_of(field), "")
    if not isinstance(field, str):
        raise TypeError(f"@benchmark(field=...): the category is a str: {field!r}")
    return lambda function: _decorate(function, _name_of(function), field)


def _name_of(function):
    """Of anything that can be called: a functools.partial has no name of its own."""
    return getattr(function, "__qualname__", None) or type(function).__qualname__


def _decorate(function, name, category):
    if inspect.isasyncgenfunction(function):
        raise TypeError(f"{name}: use 'async with memwatch.span(...)' inside an async generator")
    if inspect.iscoroutinefunction(function):
        wrapper = _coroutine(function, name, category)
    elif inspect.isgeneratorfunction(function):
        wrapper = _generator(function, name, category)
    else:
        wrapper = _function(function, name, category)
    return functools.wraps(function)(wrapper)


def _function(function, name, category):
    def wrapper(*args, **kwargs):
        opened = begin(name, category)
        try:
            return function(*args, **kwargs)
        finally:
            end(opened)

    return wrapper


def _coroutine(function, name, category):
    async def wrapper(*args, **kwargs):
        opened = begin(name, category)
        try:
            return await function(*args, **kwargs)
        finally:
            end(opened)

    return wrapper


def _generator(function, name, category):
    def wrapper(*args, **kwargs):
        opened = begin(name, category)
        try:
            return (yield from function(*args, **kwargs))
        finally:
            end(opened)

    return wrapper
