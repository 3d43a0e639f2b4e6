"""The running service: settings, ASGI application, command line, processes.

`cli` > `server` > `app` (composition root) > `graphql`, `web`, `demo`, `ingest`, `workers` > `auth` >
`telemetry` > `settings`.
"""
