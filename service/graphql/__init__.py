"""The GraphQL endpoint over HTTP and WebSocket, with its rate limits and concurrency limits."""
