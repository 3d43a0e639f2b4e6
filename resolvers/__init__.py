"""What a field does: from a specification to plain values, ready to be shown.

Functions here take specifications and return frozen dataclasses. They know nothing of GraphQL, HTTP or jobs: what
they need of the outside (starting an export, deleting its file) they declare as a Protocol, which `service` joins
to what fulfils it.
"""
