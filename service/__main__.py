"""`python -m service …` is the `embudo` command."""

from service.cli import main

main()
