"""A believable tenant's history as events, for demonstrations and load tests."""
