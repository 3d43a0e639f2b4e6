"""What clients see, and the only GraphQL: types, inputs, scalars, the permission extension, errors, the schema.

A field here is a few lines: take the input, make the specification through the viewer, call the resolver, wrap the
answer in its type. Nothing here knows SQL, jobs or HTTP.
"""
