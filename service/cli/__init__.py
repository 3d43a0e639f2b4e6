"""The `embudo` command, a module for each group of subcommands."""
