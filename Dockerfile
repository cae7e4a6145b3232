# The product in one image: the API and pages on port 8000, everything it remembers in /data.
# The first stage installs the hashed lock; the second carries the result and no tool that made it.

FROM python:3.11-slim AS install
RUN python -m venv --without-pip /opt/tracker
COPY requirements/runtime.lock /tmp/runtime.lock
RUN python -m pip --python /opt/tracker/bin/python install --no-cache-dir --no-input \
    --disable-pip-version-check --require-hashes --only-binary :all: -r /tmp/runtime.lock

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin tracker \
    && install -d -o tracker -g tracker -m 0750 /data
COPY --from=install /opt/tracker /opt/tracker
WORKDIR /app
COPY config ./config
COPY migrations ./migrations
COPY models ./models
COPY tracker ./tracker
# Compiled here once: the running process may not write beside its own code.
RUN python -m compileall -q /app/tracker
ENV PATH=/opt/tracker/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TRACKER_DATA=/data
USER tracker
VOLUME /data
EXPOSE 8000
# Fails on 503 too, which the API answers when something needs the operator.
HEALTHCHECK --interval=60s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-I", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/api/v1/health', timeout=8)"]
CMD ["python", "-P", "-m", "tracker", "up", "--host", "0.0.0.0"]
