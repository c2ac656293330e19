"""Imports that happen at their first use: what a command needs to run is not loaded to list its options.

Models of messages, brokers, databases and signatures cost a second of CPU together, and `--help` needs none of them. A
module that is imported inside `at_first_use()` is executed when a name is first read that it does not have yet. Import
modules there, not names: to import a name is to read it.

The standard library's `LazyLoader` executes a module when *any* attribute is read, also those that every module has:
then a library that walks `sys.modules` (`inspect.getmodule`) executes all of them, in the middle of another import.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Final

OURS: Final = ("cli", "contracts", "deploy", "kernel", "operations", "services")
_ONE_AT_A_TIME: Final = threading.RLock()


class Unexecuted(ModuleType):
    """A module that is found, and not executed yet."""

    def __getattr__(self, name: str) -> object:
        """Called for a name that is not there: the module is executed, unless it is being executed."""
        if name.startswith("__"):
            raise AttributeError(name)  # whoever looks at modules in general uses none of them
        with _ONE_AT_A_TIME:
            if type(self) is Unexecuted and isinstance(self.__loader__, _AtFirstUse):
                self.__loader__.execute(self)
        return ModuleType.__getattribute__(self, name)


class _AtFirstUse(Loader):
    """Stands for a module's own loader until then."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Unexecuted(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Not yet."""

    def execute(self, module: ModuleType) -> None:
        """Execute the module by its own loader; after an error the next use tries again."""
        module.__loader__ = self._own
        if module.__spec__ is not None:
            module.__spec__.loader = self._own
        try:
            self._own.exec_module(module)
        except BaseException:
            module.__loader__ = self
            raise
        module.__class__ = ModuleType


class _Finder(MetaPathFinder):
    """Finds modules of this project; packages are imported at once, since the path to their modules is in them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in OURS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is None:
            spec.loader = _AtFirstUse(spec.loader)
        return spec


@contextmanager
def at_first_use() -> Iterator[None]:
    """Modules of this project that are imported in here are executed at their first use.

    Raises:
        ModuleNotFoundError: at that use: a package that the module needs is not installed.
    """
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
