# The WebSocket guide's connection pool, word for word.
# Changed: the base URL comes from ARCP_URL.
import os
import asyncio
import websockets
from typing import List

class WebSocketPool:
    def __init__(self, base_url: str, pool_size: int = 5):
        self.base_url = base_url.replace('http', 'ws')
        self.pool_size = pool_size
        self.connections: List[websockets.WebSocketServerProtocol] = []
        self.available: asyncio.Queue = asyncio.Queue()
    
    async def initialize(self):
        """Initialize connection pool"""
        for _ in range(self.pool_size):
            ws = await websockets.connect(f"{self.base_url}/public/ws")
            self.connections.append(ws)
            await self.available.put(ws)
    
    async def get_connection(self):
        """Get an available connection from the pool"""
        return await self.available.get()
    
    async def return_connection(self, ws):
        """Return a connection to the pool"""
        await self.available.put(ws)
    
    async def close_all(self):
        """Close all connections"""
        for ws in self.connections:
            await ws.close()

# Usage
async def websocket_pool_example():
    pool = WebSocketPool(os.environ["ARCP_URL"], pool_size=3)
    
    try:
        await pool.initialize()
        
        # Use connections from pool
        for i in range(5):
            ws = await pool.get_connection()
            try:
                await ws.send("ping")
                response = await ws.recv()
                print(f"Request {i+1}: {response}")
            finally:
                await pool.return_connection(ws)
    
    finally:
        await pool.close_all()

asyncio.run(websocket_pool_example())
