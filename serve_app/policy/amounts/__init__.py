"""Amounts in text: numbers, prices and moments, in the spellings of many languages, and what an item says of them.

`reader` reads a text into claims, `facts` holds those of an item and finds a claim among them. A language is a file of
words in `data`.
"""
