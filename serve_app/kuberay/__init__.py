"""A Serve config as objects of Kubernetes, for the KubeRay operator: `python -m serve_app.kuberay --help`."""
