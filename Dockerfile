# One image for the API, the workers and the one-shot jobs: docker-compose.yml says which command each runs.
# The embedded engines come along inside the requirements and are never started here.

FROM python:3.11-slim AS requirements
COPY requirements/runtime.txt /tmp/runtime.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
        --require-hashes -r /tmp/runtime.txt

FROM python:3.11-slim
# New volumes mounted at these two belong to this user: the store's keys are made in one, parts wait in the other.
RUN groupadd --gid 10001 dems \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dems \
    && install --directory --owner=10001 --group=10001 --mode=0700 /store /spool /ledger-key
COPY --from=requirements /opt/venv /opt/venv
WORKDIR /app
COPY dems dems
COPY storage storage
COPY workers workers
COPY api api
RUN printf '#!/bin/sh\nexec /opt/venv/bin/python -m dems.cli "$@"\n' > /usr/local/bin/dems && chmod 755 /usr/local/bin/dems
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
CMD ["dems", "--help"]
