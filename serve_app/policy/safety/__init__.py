"""Safety rules: words that demean a person or a group, and sexual content."""
