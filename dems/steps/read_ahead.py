"""Questions to the database or the store that are asked while the answers before them are worked on."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


def answers(questions: Iterable[Callable[[], Answer]], *, ahead: int) -> Generator[Answer, None, None]:
    """The answers, in the order of the questions; so many of those that come next are asked meanwhile, in threads.

    What a question raises is raised in its place. Close it, and no further question is asked; those that are being asked
    are waited for.
    """
    coming: deque[Future[Answer]] = deque()
    with ThreadPoolExecutor(ahead, thread_name_prefix="ahead") as pool:
        try:
            for question in questions:
                coming.append(pool.submit(question))
                if len(coming) > ahead:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for unasked in coming:
                unasked.cancel()
