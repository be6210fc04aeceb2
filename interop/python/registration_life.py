# The life of one registration through the published Python client: register, be found, refresh, leave, and what is refused.
# Prints one JSON object: step name -> {"ok": what came back} or {"error": "Type: text"}. It judges nothing; the test does.
# Environment: ARCP_URL, ARCP_AGENT_ID, ARCP_AGENT_KEY, ARCP_OTHER_KEY (valid too), ARCP_WRONG_KEY.
import asyncio
import inspect
import json
import os

from arcp import ARCPClient
from steps import plain

URL = os.environ["ARCP_URL"]
AGENT_ID = os.environ["ARCP_AGENT_ID"]
KEY = os.environ["ARCP_AGENT_KEY"]

# Clients before 2.1 do not know this field.
KNOWS_AI_CONTEXT = "ai_context" in inspect.signature(ARCPClient.register_agent).parameters

facts = {}


async def step(name, awaitable):
    try:
        facts[name] = {"ok": plain(await awaitable)}
    except Exception as error:
        facts[name] = {"error": f"{type(error).__name__}: {error}"}


def registration(key):
    card = dict(
        agent_id=AGENT_ID,
        name="Registration life",
        agent_type="testing",
        endpoint="http://localhost:8010",
        capabilities=["life cycle", "echo"],
        context_brief="Registers, is found, refreshes its token and leaves.",
        version="1.2.3",
        owner="Interop tests",
        public_key="interop-public-key-that-is-at-least-32-characters-long",
        communication_mode="remote",
        metadata={"suite": "interop", "languages": ["en", "de"], "weight": 3},
        features=["streaming"],
        agent_key=key,
    )
    if KNOWS_AI_CONTEXT:
        card["ai_context"] = "Only ever used by tests."
    return card


async def public_facts(client):
    await step("info", client.get_system_info())
    await step("health", client.health_check())
    await step("types", client.get_allowed_agent_types())
    await step("stats_before", client.get_public_stats())


async def refusals():
    async with ARCPClient(URL) as stranger:
        await step("wrong_key", stranger.register_agent(**registration(os.environ["ARCP_WRONG_KEY"])))
        await step("wrong_key_public", stranger.get_public_agent(AGENT_ID))
        await step("list_without_token", stranger.list_agents())
        await step("refresh_without_token", stranger.refresh_authentication())


async def registered_life(client):
    await step("registered", client.register_agent(**registration(KEY)))
    facts["authenticated"] = {"ok": client.is_authenticated()}
    await step("token", client.validate_token())
    await step("own", client.get_agent(AGENT_ID))
    await step("missing", client.get_agent(AGENT_ID + "-missing"))
    await step("listed", client.list_agents())
    await step(
        "listed_by_filter",
        client.list_agents(agent_type="testing", status="alive", capabilities=["echo"]),
    )
    await step("listed_other_type", client.list_agents(agent_type="security"))
    await step("heartbeat", client.update_heartbeat(AGENT_ID))
    await step("heartbeat_other", client.update_heartbeat(AGENT_ID + "-missing"))


async def found_by_others():
    async with ARCPClient(URL) as visitor:
        await step("discovered", visitor.discover_agents(agent_type="testing", capabilities=["echo"]))
        await step("discovered_other", visitor.discover_agents(capabilities=["echo", "no such capability"]))
        await step("public", visitor.get_public_agent(AGENT_ID))
        await step("public_missing", visitor.get_public_agent(AGENT_ID + "-missing"))
        await step("stats_during", visitor.get_public_stats())
    async with ARCPClient(URL) as rival:
        await step("rival", rival.register_agent(**registration(os.environ["ARCP_OTHER_KEY"])))


async def refreshed(client):
    before = client._access_token
    await step("refreshed", client.refresh_authentication())
    facts["refreshed_token_is_new"] = {"ok": client._access_token != before}
    await step("own_after_refresh", client.get_agent(AGENT_ID))


async def gone(client):
    await step("unregistered", client.unregister_agent(AGENT_ID))
    await step("public_after", client.get_public_agent(AGENT_ID))
    await step("token_after", client.validate_token())
    await step("heartbeat_after", client.update_heartbeat(AGENT_ID))
    await step("stats_after", client.get_public_stats())


async def left_by_key():
    """A process that lost its token leaves with its key alone."""
    async with ARCPClient(URL) as first:
        await step("registered_again", first.register_agent(**registration(KEY)))
    async with ARCPClient(URL) as second:
        await step("unregistered_by_key", second.unregister_agent(AGENT_ID, agent_key=KEY))
        await step("public_after_key", second.get_public_agent(AGENT_ID))


async def main():
    async with ARCPClient(URL) as client:
        await public_facts(client)
        await refusals()
        await registered_life(client)
        await found_by_others()
        await refreshed(client)
        await gone(client)
    await left_by_key()
    print(json.dumps(facts))


asyncio.run(main())
