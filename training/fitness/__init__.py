"""The fit measure: trained on items with good copies, bad ones and ones made worse, and measured on unseen items."""
