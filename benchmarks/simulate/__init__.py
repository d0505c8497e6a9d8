"""A day of traffic on simulated time, under the real autoscaling policy."""
