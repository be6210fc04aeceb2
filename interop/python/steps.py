# What the programs beside this one share: calling a method of the published client, and telling what came of it.
# Each call is one line of JSON: {"method", "case", "ok": what came back} or {..., "error": "Type: text"}. Nothing is judged.
import inspect
import json
import os

from arcp import ARCPClient

URL = os.environ["ARCP_URL"]
# An agent key the hub accepts.
KEY = os.environ["ARCP_AGENT_KEY"]
# Where a hub was and is no more.
GONE_URL = os.environ.get("ARCP_GONE_URL", "")


def plain(value):
    """Models of the client become dicts, dates text; the rest stays."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def told(method, case, **outcome):
    print(json.dumps({"method": method, "case": case, **outcome}))


async def step(method, case, call, show=plain):
    """Awaits the call and tells its outcome; `show` makes plain JSON of what it returned. Returns that result."""
    try:
        result = await call
    except Exception as error:
        told(method, case, error=f"{type(error).__name__}: {error}")
        return None
    told(method, case, ok=show(result))
    return result


def gone():
    """A client of a hub that is not there; it does not wait for it to come back."""
    return ARCPClient(GONE_URL, retry_attempts=0)


def card(agent_id, **changes):
    """Arguments of register_agent. Clients before 2.1 know no ai_context."""
    arguments = dict(
        agent_id=agent_id,
        name="Python methods",
        agent_type="testing",
        endpoint="http://localhost:8010",
        capabilities=["method calls", "echo"],
        context_brief="Calls the methods of the published client, one after the other.",
        version="1.2.3",
        owner="Interop tests",
        public_key="interop-public-key-that-is-at-least-32-characters-long",
        communication_mode="remote",
        metadata={"suite": "interop"},
        ai_context="Only ever used by tests.",
        agent_key=KEY,
        **changes,
    )
    known = inspect.signature(ARCPClient.register_agent).parameters
    return {name: value for name, value in arguments.items() if name in known}
