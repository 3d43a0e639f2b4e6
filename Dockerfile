# Embudo in one image: `embudo serve`, `embudo worker`, `embudo migrate` and the others. See docs/deployment.md.

FROM node:22-slim AS pages
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY schema.graphql /build/
COPY frontend/ ./
# The bundle goes to /build/service/pages.
RUN npm run build

FROM python:3.11-slim AS packages
WORKDIR /build
RUN python -m venv /opt/embudo
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY analytics/ analytics/
COPY graphql_schema/ graphql_schema/
COPY resolvers/ resolvers/
COPY tasks/ tasks/
COPY service/ service/
COPY --from=pages /build/service/pages/ service/pages/
RUN /opt/embudo/bin/pip install --constraint constraints.txt .

FROM python:3.11-slim
# /data is for SQLite and exports' files, where they are not on a server or in a bucket; nothing else is written but /tmp.
RUN groupadd --gid 10001 embudo \
 && useradd --uid 10001 --gid embudo --no-create-home --home-dir /data --shell /usr/sbin/nologin embudo \
 && install --directory --owner embudo --group embudo --mode 700 /data
COPY --from=packages /opt/embudo /opt/embudo
ENV PATH=/opt/embudo/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EMBUDO_HOST=0.0.0.0 \
    EMBUDO_DATABASE_URL=sqlite+aiosqlite:////data/embudo.db \
    EMBUDO_FILES_URL=file:///data/files
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
# For `embudo serve`; what runs another command switches it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"EMBUDO_PORT\", \"8000\")}/healthz', timeout=4)"]
ENTRYPOINT ["embudo"]
CMD ["serve"]
