"""The threads of an upload. They end with the program: nobody waits for a connection when the person says stop."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from dems.cli.upload.patience import Stopped

Result = TypeVar("Result")
_TALKERS = 2


class Crew(Generic[Result]):
    """Threads that send and threads that talk to DEMS. What goes wrong in them comes out of `result`."""

    def __init__(self, senders: int) -> None:
        self._sending: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._talking: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._results: SimpleQueue[Result | BaseException] = SimpleQueue()
        self._sizes = ((self._sending, senders), (self._talking, _TALKERS))
        for queue, size in self._sizes:
            for _ in range(size):
                threading.Thread(target=self._work, args=(queue,), name="upload", daemon=True).start()

    def send(self, task: Callable[[], None]) -> None:
        self._sending.put(task)

    def talk(self, task: Callable[[], None]) -> None:
        self._talking.put(task)

    def tell(self, result: Result) -> None:
        """Called by a task."""
        self._results.put(result)

    def result(self, *, wait: float) -> Result | None:
        """The next thing that was told, None after so many seconds without one; raises what a task raised."""
        try:
            found = self._results.get(timeout=wait) if wait else self._results.get_nowait()
        except Empty:
            return None
        if isinstance(found, BaseException):
            raise found
        return found

    def end(self) -> None:
        """No more tasks: the threads end when those that were given are done."""
        for queue, size in self._sizes:
            for _ in range(size):
                queue.put(None)

    def _work(self, queue: "SimpleQueue[Callable[[], None] | None]") -> None:
        while (task := queue.get()) is not None:
            try:
                task()
            except Stopped:
                return
            except BaseException as error:  # noqa: BLE001  (it is raised where results are waited for)
                self._results.put(error)
