"""Rows of exports: what people ask for (`requests`) and how workers claim and finish them (`jobs`)."""
