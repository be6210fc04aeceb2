# What anybody may ask: who is there, who can do something, to be connected, and how the hub is.
# Environment: as steps.py; ARCP_AGENT_ID and ARCP_TOKEN of an agent whose endpoint answers, ARCP_DEAF_ID of one whose
# endpoint does not.
import asyncio
import os

import arcp
from arcp import ARCPClient
from steps import URL, gone, step

AGENT_ID = os.environ["ARCP_AGENT_ID"]
DEAF_ID = os.environ["ARCP_DEAF_ID"]
QUERY = "translates invoices"
USER = dict(user_id="user@example.com", user_endpoint="http://localhost:9000/hook")


def mine(agents):
    return [agent.agent_id for agent in agents if agent.agent_id == AGENT_ID]


def found(results):
    return [dict(id=one.id, similar=one.similarity is not None) for one in results if one.id == AGENT_ID]


async def about_the_hub(client, case):
    await step("get_system_info", case, client.get_system_info())
    await step("get_public_stats", case, client.get_public_stats())
    await step("get_allowed_agent_types", case, client.get_allowed_agent_types())
    await step("health_check", case, client.health_check())


async def discovery(client):
    await step("discover_agents", "filtered", client.discover_agents(agent_type="testing", capabilities=["invoices"], limit=100), mine)
    await step("discover_agents", "with what nobody can", client.discover_agents(capabilities=["invoices", "no such thing"]), mine)
    await step("discover_agents", "too many at once", client.discover_agents(limit=101))
    await step("get_public_agent", "somebody", client.get_public_agent(AGENT_ID), lambda agent: agent.agent_id)
    await step("get_public_agent", "nobody", client.get_public_agent(AGENT_ID + "-missing"))


async def search(client):
    await step("search_agents", "in public", client.search_agents(QUERY, top_k=50), found)
    await step("search_agents", "weighted and filtered", client.search_agents(QUERY, top_k=50, min_similarity=0.1, capabilities=["invoices"], weighted=True, agent_type="testing"), found)
    await step("search_agents", "for what nobody can", client.search_agents("zymurgy"), found)
    await step("search_agents", "too short", client.search_agents("x"))
    await step("search_agents", "without a token", client.search_agents(QUERY, public_api=False))
    async with ARCPClient(URL) as agent:
        agent._access_token = os.environ["ARCP_TOKEN"]
        await step("search_agents", "as an agent", agent.search_agents(QUERY, top_k=50, public_api=False), found)


async def connection(client):
    more = dict(display_name="A user", additional_info={"plan": "free", "seats": 3})
    await step("request_agent_connection", "one that answers", client.request_agent_connection(AGENT_ID, **USER, **more))
    await step("request_agent_connection", "one that does not", client.request_agent_connection(DEAF_ID, **USER))
    await step("request_agent_connection", "nobody", client.request_agent_connection(AGENT_ID + "-missing", **USER))


async def main():
    async with arcp.get_client(URL, timeout=20) as client:
        await step("get_client", "asks its hub", client.get_system_info(), lambda info: info["service"])
        await about_the_hub(client, "a hub")
        await discovery(client)
        await search(client)
        await connection(client)
    async with gone() as client:
        await about_the_hub(client, "no hub")
    async with arcp.get_client(os.environ["ARCP_GONE_URL"], retry_attempts=0) as client:
        await step("get_client", "no hub", client.get_system_info())


asyncio.run(main())
