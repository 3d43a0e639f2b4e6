"""Events over HTTP, webhooks and files, and the processes that apply events."""
