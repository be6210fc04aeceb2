# The WebSocket guide's reader of messages that need not be JSON, word for word. The guide gives the function alone:
# the imports it needs, and the program below that reads from a socket with it, are of the tests.
import asyncio
import json
import os
import websockets

# Handle non-JSON messages gracefully
async def handle_message_safely(message: str):
    try:
        data = json.loads(message)
        return data
    except json.JSONDecodeError:
        # Handle non-JSON messages (like pong)
        if message == "pong":
            return {"type": "pong"}
        elif message == "ping":
            return {"type": "ping"}
        else:
            print(f"Unknown non-JSON message: {message}")
            return None


async def main():
    async with websockets.connect(os.environ["ARCP_WS"]) as ws:
        if "ARCP_TOKEN" in os.environ:
            await ws.send(json.dumps({"token": os.environ["ARCP_TOKEN"]}))
        await ws.send("ping")
        async for message in ws:
            print(json.dumps(await handle_message_safely(message)))

asyncio.run(main())
