"""Routes that are put together when somebody first asks for them.

What FastAPI makes of one route (its parameters, its body, what it answers, each with everything that they are made of) takes
some ten milliseconds, and a process that starts, or a test, asks for a few of some two hundred.
"""

import threading
import warnings
from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.routing import compile_path

_BUILDING = threading.RLock()


class LateRoute(APIRoute):
    """A route that knows its address and its methods; everything else is made at the first look at it, by one thread.

    What is wrong with a route is raised by that look: the test of the OpenAPI document looks at all.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: list[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
        **options: Any,
    ) -> None:
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in methods or ["GET"]}
        self.name = name or endpoint.__name__
        self.include_in_schema = include_in_schema
        self._wanted: dict[str, Any] | None = {
            **options,
            "methods": methods,
            "name": name,
            "include_in_schema": include_in_schema,
        }

    def __getattr__(self, attribute: str) -> Any:
        """Called for what is not there: before everything is made, or because there is no such thing."""
        if attribute.startswith("__") or attribute == "_wanted":
            raise AttributeError(attribute)
        with _BUILDING:
            wanted, self._wanted = self._wanted, None
            if wanted is not None:
                try:
                    self._make(wanted)
                except BaseException:
                    self._wanted = wanted
                    raise
        return object.__getattribute__(self, attribute)

    def _make(self, wanted: dict[str, Any]) -> None:
        super().__init__(self.path, self.endpoint, **wanted)
        if self.body_field is not None:
            with warnings.catch_warnings():
                # FastAPI names every body so. It is quiet about it as long as it makes the field, and models are made later.
                warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
                self.body_field.validate(None)
