"""`python -m service …` is the `embudo` command."""

from service.cli.main import main

main()
