"""The two kinds of database where they differ in more than SQL."""
