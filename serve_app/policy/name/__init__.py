"""Names of persons, brands and places in a copy, and whether the item has them. One file a script."""
