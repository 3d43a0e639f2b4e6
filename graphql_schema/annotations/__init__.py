"""GraphQL types of annotations: changes of templates, and what people write beside the numbers."""
