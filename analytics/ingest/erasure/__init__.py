"""Erasure of people: identifiers of a person are replaced by pseudonyms, in stored rows and in everything that arrives.

A person is everything that shares a phone or an id with the contact given, through any number of rows. Rows that
joined still join, because equal values get equal pseudonyms, so every count stays as it is; phones and the texts of
replies are deleted for good. Source: docs/privacy.md, "A person"; docs/numbers.md,
"Which message a reply answers", for when two contacts are one person.
"""
