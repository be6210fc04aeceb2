# The WebSocket guide's token check, word for word.
# Changed: the base URL comes from ARCP_URL, and the token from ARCP_TOKEN when it is set.
import os
import asyncio
from arcp import ARCPClient

async def check_token():
    client = ARCPClient(os.environ["ARCP_URL"])
    result = await client.validate_token(os.environ.get("ARCP_TOKEN", "fewfwfewfewfew"))
    print(f"Token valid: {result}")

asyncio.run(check_token())
