# The methods of an agent: its token, its registration, its signs of life, its metrics, and leaving.
# Environment: as steps.py, and ARCP_AGENT_ID.
import asyncio
import logging
import os

from arcp import ARCPClient
from steps import KEY, URL, card, gone, step, told

AGENT_ID = os.environ["ARCP_AGENT_ID"]
NOBODY = AGENT_ID + "-missing"


async def token_methods():
    async with ARCPClient(URL) as client:
        told("is_authenticated", "before anything", ok=client.is_authenticated())
        await step("refresh_authentication", "without a token", client.refresh_authentication())
        await step("validate_token", "without a token", client.validate_token())
        await step("validate_token", "none of this hub", client.validate_token("not-a-token"))
        await step("request_temp_token", "a wrong key", client.request_temp_token(AGENT_ID, "testing", "not-a-key-of-this-hub"))
        await step("request_temp_token", "its key", client.request_temp_token(AGENT_ID, "testing", KEY))
        await step("refresh_authentication", "with a temp token", client.refresh_authentication())
    async with gone() as client:
        await step("request_temp_token", "no hub", client.request_temp_token(AGENT_ID, "testing", KEY))


async def compliance():
    """Clients before 2.1 know none of it."""
    if not hasattr(ARCPClient, "validate_compliance"):
        return
    subject = (AGENT_ID, "testing", "http://localhost:8010", ["echo"])
    async with ARCPClient(URL) as client:
        await step("validate_compliance", "without a token", client.validate_compliance(*subject))
        await client.request_temp_token(AGENT_ID, "testing", KEY)
        await step("validate_compliance", "three phases are off", client.validate_compliance(*subject))
        await step("request_attestation_challenge", "attestation is off", client.request_attestation_challenge(AGENT_ID))
    async with gone() as client:
        await step("request_attestation_challenge", "no hub", client.request_attestation_challenge(AGENT_ID))


async def registration(client):
    async with ARCPClient(URL) as stranger:
        await step("register_agent", "a type that is not allowed", stranger.register_agent(**{**card(NOBODY), "agent_type": "other"}))
    async with ARCPClient(URL) as stranger:
        await step("register_agent", "a wrong key", stranger.register_agent(**{**card(NOBODY), "agent_key": "not-a-key-of-this-hub"}))
    await step("register_agent", "its key", client.register_agent(**card(AGENT_ID)))
    told("is_authenticated", "registered", ok=client.is_authenticated())
    await step("validate_token", "its own", client.validate_token())
    await step("refresh_authentication", "registered", client.refresh_authentication())


async def reading(client):
    await step("get_agent", "itself", client.get_agent(AGENT_ID))
    await step("get_agent", "itself without metrics", client.get_agent(AGENT_ID, include_metrics=False))
    await step("get_agent", "nobody", client.get_agent(NOBODY))
    mine = lambda agents: [agent.agent_id for agent in agents if agent.agent_id == AGENT_ID]
    filters = dict(agent_type="testing", status="alive", capabilities=["echo"], include_metrics=True)
    await step("list_agents", "all", client.list_agents(), mine)
    await step("list_agents", "filtered", client.list_agents(**filters), mine)
    await step("list_agents", "of another type", client.list_agents(agent_type="security"), mine)
    async with ARCPClient(URL) as stranger:
        await step("list_agents", "without a token", stranger.list_agents())


async def life(client):
    await step("update_heartbeat", "its own", client.update_heartbeat(AGENT_ID))
    await step("update_heartbeat", "of nobody", client.update_heartbeat(NOBODY))

    failures = []
    handler = logging.Handler()
    handler.emit = lambda record: failures.append(record.getMessage())
    logging.getLogger("arcp.client").addHandler(handler)

    async def beats(agent_id, until):
        task = await client.start_heartbeat_task(agent_id, interval=0.02)
        while not await until():
            await asyncio.sleep(0.01)
        alive = not task.done()
        task.cancel()
        return alive

    before = (await client.get_agent(AGENT_ID)).last_seen

    async def seen():
        return (await client.get_agent(AGENT_ID)).last_seen > before

    async def failed():
        return len(failures) > 1

    await step("start_heartbeat_task", "its own", beats(AGENT_ID, seen))
    await step("start_heartbeat_task", "of nobody", beats(NOBODY, failed), lambda _: failures[1])


async def metrics(client):
    good = dict(success_rate=0.75, total_requests=8, avg_response_time=0.5, reputation_score=7.5)
    await step("update_metrics", "good ones", client.update_metrics(AGENT_ID, good))
    await step("update_metrics", "out of range", client.update_metrics(AGENT_ID, dict(success_rate=5)))
    await step("update_metrics", "of nobody", client.update_metrics(NOBODY, good))
    await step("get_metrics", "its own", client.get_metrics(AGENT_ID))
    await step("get_metrics", "of nobody", client.get_metrics(NOBODY))


async def leaving(client):
    await step("unregister_agent", "nobody", client.unregister_agent(NOBODY))
    await step("unregister_agent", "itself", client.unregister_agent(AGENT_ID))
    await step("validate_token", "of the gone", client.validate_token())
    await step("refresh_authentication", "of the gone", client.refresh_authentication())
    async with ARCPClient(URL) as first:
        await first.register_agent(**card(AGENT_ID))
    async with ARCPClient(URL) as second:
        await step("unregister_agent", "by its key alone", second.unregister_agent(AGENT_ID, agent_key=KEY))


async def main():
    told("client", "its methods", ok=sorted(name for name in vars(ARCPClient) if not name.startswith("_")))
    await token_methods()
    await compliance()
    async with ARCPClient(URL) as client:
        await registration(client)
        await reading(client)
        await life(client)
        await metrics(client)
        await leaving(client)


asyncio.run(main())
