"""A module that is imported for its first use is executed then, and by nothing that only looks at modules."""

import subprocess
import sys

import pytest

LOOKING = """
import inspect, sys
from cli.lazy import Unexecuted, at_first_use
with at_first_use():
    from cli.connect import changes, http
    from contracts import registry
there = [name for name, module in list(sys.modules.items()) if isinstance(module, Unexecuted)]
inspect.getmodule(sys._getframe())
hasattr(registry, "__wrapped__")
assert there == [name for name, module in list(sys.modules.items()) if isinstance(module, Unexecuted)] != []
assert "pydantic" not in sys.modules
"""
USING = """
import sys
from cli.lazy import Unexecuted, at_first_use
with at_first_use():
    from contracts import registry
assert registry.SERVICES[0] == "approvals"
assert not isinstance(registry, Unexecuted)
assert registry is sys.modules["contracts.registry"]
from contracts.registry import SERVICES
assert registry.SERVICES is SERVICES
assert type(registry.__loader__).__name__ == "SourceFileLoader"
try:
    registry.nothing_of_the_kind
except AttributeError as fault:
    assert "contracts.registry" in str(fault) and "nothing_of_the_kind" in str(fault)
else:
    raise SystemExit(1)
"""
FAILING = """
import sys
from cli.lazy import Unexecuted, at_first_use
sys.modules["asyncpg"] = None  # as where it is not installed
with at_first_use():
    from operations import connections
for _ in range(2):
    try:
        connections.reading
    except ModuleNotFoundError as fault:
        assert fault.name == "asyncpg"
    else:
        raise SystemExit(1)
assert isinstance(connections, Unexecuted)
"""


@pytest.mark.parametrize("script", [LOOKING, USING, FAILING], ids=["looked at", "used", "failing"])
def test_a_module_is_executed_when_it_is_used(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
