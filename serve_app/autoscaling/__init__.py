"""How many replicas each stage needs: the policy, and the classes that Ray Serve calls."""
