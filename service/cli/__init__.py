"""The `embudo` command, a module for each group of subcommands.

A command imports what it needs when it runs, so that `embudo --help` and `embudo token` load neither the database's
libraries nor GraphQL.
"""
