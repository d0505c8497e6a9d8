# The image of nodes with NVIDIA GPUs: docker build -f docker/gpu.Dockerfile -t pushgen-serve:gpu .
# It is linted in tests and was not built by us: no builder was at hand.
# Run it with a read-only root: docker run --gpus all --read-only --tmpfs /tmp:exec --tmpfs /cache:uid=10001,exec --shm-size 8g ...

FROM python:3.11-bookworm AS build
WORKDIR /opt/pushgen
RUN python -m venv .venv
COPY requirements-gpu.lock .
# CUDA's libraries come as packages of the lock; the node brings the driver.
RUN .venv/bin/pip install --no-cache-dir --no-deps -r requirements-gpu.lock
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps -e .

FROM python:3.11-slim-bookworm
# g++ for the kernels that Triton and FlashInfer compile on the card at hand; the others as in cpu.Dockerfile.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ libglib2.0-0 libgomp1 libnuma1 wget \
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
