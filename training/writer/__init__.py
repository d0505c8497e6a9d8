"""Trains the model that writes: one adapter that writes in a category and judges whether a copy is fit to send.

`corpus.py` reads items with good and bad copies, `worse.py` spoils copies, `examples.py` makes them into prompts of
serving's own words, `packed.py` and `tune.py` train.
"""
