# What an administrator may ask, by the methods of the client and by the functions beside it.
# Environment: as steps.py; ARCP_ADMIN_USER, ARCP_ADMIN_PASSWORD; ARCP_TOKEN of an agent.
import asyncio
import contextlib
import io
import json
import os

from arcp import ARCPClient
from arcp.client import get_system_health, monitor_system
from steps import URL, step

ADMIN = (os.environ["ARCP_ADMIN_USER"], os.environ["ARCP_ADMIN_PASSWORD"])
GAUGE = "arcp_active_agents"


def metrics(text):
    return dict(gauge=f"\n{GAUGE}" in text, lines=text.count("\n"))


def snapshot(taken):
    """The three answers, and what the snapshot itself reads from them."""
    return dict(
        metrics=metrics(taken.prometheus_metrics),
        stats=taken.agent_stats,
        resources=taken.resource_utilization,
        cpu=taken.get_metric_value("arcp_system_cpu_utilization_percent"),
    )


async def printed(call):
    """What a function that returns nothing said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        await call
    return [line for line in said.getvalue().splitlines() if line != ""]


async def asked(client, case):
    await step("get_system_metrics", case, client.get_system_metrics(), metrics)
    await step("get_system_stats", case, client.get_system_stats())
    await step("get_resource_utilization", case, client.get_resource_utilization())
    await step("get_metrics_snapshot", case, client.get_metrics_snapshot(), snapshot)
    await step("admin_health_check", case, client.admin_health_check())
    await step("export_metrics", case, client.export_metrics("prometheus"), metrics)
    await step("export_metrics", f"{case}, as JSON", client.export_metrics("json"), json.loads)
    await step("ARCPClient.monitor_system", case, printed(client.monitor_system(interval=0.05, duration=0.04)))


async def main():
    async with ARCPClient(URL) as client:
        await asked(client, "nobody")
        client._access_token = os.environ["ARCP_TOKEN"]
        await asked(client, "an agent")
    async with ARCPClient(URL) as client:
        await step("login_admin", "a wrong password", client.login_admin(ADMIN[0], "not the password"))
        await step("login_admin", "the administrator", client.login_admin(*ADMIN))
        await asked(client, "the administrator")
        await step("export_metrics", "a format nobody knows", client.export_metrics("xml"))
        seen = []
        watched = client.monitor_system(interval=0.05, callback=lambda taken: seen.append(snapshot(taken)["cpu"]), duration=0.2)
        await step("ARCPClient.monitor_system", "told what it saw", printed(watched), lambda _: seen)
        await step("refresh_authentication", "the administrator", client.refresh_authentication())
        await step("get_system_stats", "after a refresh", client.get_system_stats())

    await step("get_system_health", "the administrator", get_system_health(URL, *ADMIN))
    await step("get_system_health", "a wrong password", get_system_health(URL, ADMIN[0], "not the password"))
    await step("monitor_system", "the administrator", printed(monitor_system(URL, *ADMIN, interval=0.05, duration=0.04)))
    await step("monitor_system", "a wrong password", printed(monitor_system(URL, ADMIN[0], "not the password", duration=1)))


asyncio.run(main())
