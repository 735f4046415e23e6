import os
import pathlib
from typing import Any, Mapping, Optional, Tuple, Union

class _Event:
    def put(self, label: object) -> None: ...

class _Graph:
    @property
    def name(self) -> str: ...
    def put(self, value: float) -> None: ...

class QueuePair:
    name: str
    graph: _Graph
    event: _Event

class Plotter:
    refresh: float
    history: float
    style: str
    view: Optional[str]
    title: str
    saved_to: Optional[pathlib.Path]
    def __init__(
        self,
        refresh: float = 1,
        history: float = 60,
        style: str = "fivethirtyeight",
        save_to: Union[str, os.PathLike[str], None] = None,
        *,
        view: Optional[str] = "auto",
        title: str = "Memory Usage over Time",
    ) -> None: ...
    def get_queues(self, name: str) -> QueuePair: ...
    def start(self) -> bool: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> Tuple[float, float]: ...

def watcher(
    watch: Mapping[str, Mapping[str, Any]],
    refresh: float = 1,
    measure: float = 1e9,
    limit: float = 10,
    **_: object,
) -> None: ...
