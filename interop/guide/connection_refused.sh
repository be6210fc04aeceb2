# The WebSocket guide's commands for when a connection is refused, word for word.
# Tests put the port of their hub in the place of 8001.
# Check if ARCP server is running
curl http://localhost:8001/health

# Check WebSocket endpoint
curl -i -N -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==" -H "Sec-WebSocket-Version: 13" http://localhost:8001/public/ws
