# Every way in which the published client reads agents, once each; one line of JSON tells how many it read and which
# carry metrics. An agent that the client cannot take makes the call fail.
# Environment: as steps.py; ARCP_AGENT_ID and ARCP_TOKEN of a registered agent.
import asyncio
import os

from arcp import ARCPClient
from steps import URL, step

AGENT_ID = os.environ["ARCP_AGENT_ID"]


def read(agents):
    return {agent.agent_id: agent.metrics.model_dump(mode="json") if agent.metrics else None for agent in agents}


def one(agent):
    return read([agent])


async def main():
    async with ARCPClient(URL) as client:
        await step("discover_agents", "all", client.discover_agents(limit=100), read)
        await step("get_public_agent", "one", client.get_public_agent(AGENT_ID), one)
        client._access_token = os.environ["ARCP_TOKEN"]
        await step("list_agents", "all", client.list_agents(include_metrics=True), read)
        await step("list_agents", "without metrics", client.list_agents(), read)
        await step("get_agent", "one", client.get_agent(AGENT_ID), one)
        await step("get_metrics", "own", client.get_metrics(AGENT_ID))


asyncio.run(main())
