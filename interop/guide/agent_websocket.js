// The WebSocket guide's example in JavaScript for the agent socket, word for word.
// Tests put the port of their hub in the place of 8001, and a token in the place of 'your-jwt-token-here'.
/* oxlint-disable */
// JavaScript example with authentication
const ws = new WebSocket('ws://localhost:8001/agents/ws');

ws.onopen = function(event) {
    console.log('Connected to agent WebSocket');
};

ws.onmessage = function(event) {
    const message = JSON.parse(event.data);
    
    if (message.type === 'auth_required') {
        console.log('Authentication required');
        
        // Send authentication token
        ws.send(JSON.stringify({
            token: 'your-jwt-token-here'
        }));
        
    } else if (message.type === 'auth_success') {
        console.log('Agent authentication successful');
        
    } else if (message.type === 'auth_error') {
        console.error('Authentication failed:', message.message);
        
    } else {
        // Handle other message types
        console.log('Agent message:', message);
    }
};
