"""uvicorn as we run it: processes, shutdown, and limits on connections."""
