# The two generators over WebSockets. Environment: as steps.py; ARCP_TOKEN and ARCP_AGENT_ID of a registered agent.
import asyncio
import os

from arcp import ARCPClient
from steps import URL, gone, step

AGENT_ID = os.environ["ARCP_AGENT_ID"]


async def first(messages, fits):
    """The types of what came, up to the first that fits."""
    seen = []
    async for message in messages:
        seen.append("agents" if isinstance(message, list) else message["type"])
        if fits(message):
            await messages.aclose()
            return seen


def shows_agent(message):
    if isinstance(message, list):
        agents = message
    elif message["type"] == "discovery_data":
        agents = message["data"]["agents"]
    else:
        return False
    return any(agent["agent_id"] == AGENT_ID for agent in agents)


async def main():
    async with ARCPClient(URL) as client:
        await step("websocket_public", "discovers", first(client.websocket_public(), shows_agent))
        await step("websocket_agent", "without a token", first(client.websocket_agent(), shows_agent))
        await step("websocket_agent", "none of this hub", first(client.websocket_agent("not-a-token"), shows_agent))
        token = os.environ["ARCP_TOKEN"]
        await step("websocket_agent", "its own", first(client.websocket_agent(token), shows_agent))
    async with gone() as client:
        await step("websocket_public", "no hub", first(client.websocket_public(), shows_agent))


asyncio.run(main())
