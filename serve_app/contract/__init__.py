"""The contract `pushgen.v1`: its messages as models, their codec, the table of verbs, the errors and the headers."""
