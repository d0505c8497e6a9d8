"""Scores copies: Bradley-Terry heads on a frozen encoder, batched across requests."""
