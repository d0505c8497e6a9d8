# The image of nodes without a GPU: docker build -f docker/cpu.Dockerfile -t pushgen-serve:cpu .
# It is linted in tests and was not built by us: no builder was at hand.
# Run it with a read-only root: docker run --read-only --tmpfs /tmp --tmpfs /cache:uid=10001 --shm-size 2g ...

FROM python:3.11-bookworm AS build
WORKDIR /opt/pushgen
RUN python -m venv .venv
COPY requirements.lock .
# Without dependencies, as tools/install.py does, and with the same index for torch's CPU builds.
RUN .venv/bin/pip install --no-cache-dir --no-deps -r requirements.lock --extra-index-url https://download.pytorch.org/whl/cpu
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.11-slim-bookworm
# OpenMP and NUMA for torch and vLLM, GLib for OpenCV, wget for the operator's liveness probe.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libglib2.0-0 libgomp1 libnuma1 wget \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 pushgen \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /cache pushgen \
    && install -d -o pushgen -g pushgen /cache \
    && ln -s /opt/pushgen/.venv/bin/ray /opt/pushgen/.venv/bin/serve /usr/local/bin/
COPY --from=build /opt/pushgen /opt/pushgen
WORKDIR /opt/pushgen
ENV PATH=/opt/pushgen/.venv/bin:$PATH \
    HOME=/cache \
    PUSHGEN_CACHE=/cache/pushgen \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
EXPOSE 8000 9000
CMD ["ray", "start", "--head", "--block"]
