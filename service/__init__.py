"""The running service, and the only place that knows everything: settings, the ASGI app, tokens, routes, the CLI.

`cli` is what a person starts; `app` joins the schema, the database, the jobs and the files into one ASGI
application; `worker` and `supervisor` run the workers; `demo` makes a company to look at.
"""
