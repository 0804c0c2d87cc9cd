# The site in a container; compose.yaml starts it with its worker, PostgreSQL and Caddy.

FROM python:3.13-slim-bookworm AS packages
WORKDIR /build
RUN python -m venv /opt/venv
COPY requirements-lock.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: \
    -r requirements-lock.txt \
    && rm -r /opt/venv/lib/python3.13/site-packages/pip /opt/venv/bin/pip*

FROM python:3.13-slim-bookworm
# Nothing that installs packages is left, and the two folders that can be written are the site's own.
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/practice --shell /usr/sbin/nologin practice \
    && install -d -o practice -g practice -m 700 /var/lib/practice \
    && install -d -o practice -g practice -m 755 /run/practice \
    && rm -r /usr/local/lib/python3.13/ensurepip /usr/local/lib/python3.13/site-packages/pip /usr/local/bin/pip*
COPY --from=packages /opt/venv /opt/venv
COPY . /opt/practice
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/practice
WORKDIR /opt/practice
RUN python -m compileall -q -j0 .
USER 10001
CMD ["python", "manage.py", "serve", "--bind=unix:/run/practice/site.sock"]
