"""Training from A/B logs. Uses the serving code's own model and text form, so that train and serve cannot drift."""
