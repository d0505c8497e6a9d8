"""Who may call, what each tenant may do, and how much. API keys, rates, quotas, adapters and banned terms."""
