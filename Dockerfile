# The image of worker, scheduler and dashboard: which one it is, the command says. The first stage builds the web pages.
FROM node:24-slim AS web
WORKDIR /windrow
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY bootstrap bootstrap
COPY dashboard dashboard
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
# Conversion threads give memory back instead of keeping it in an arena each.
ENV MALLOC_ARENA_MAX=2
WORKDIR /windrow

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY framework framework
COPY tasks tasks
COPY dags dags
COPY dashboard/server dashboard/server
COPY --from=web /windrow/dashboard/web/dist dashboard/web/dist

# The stand-ins stay at home, and with them their verbs, which stand first, and what only they serve.
RUN npm pkg delete 'windrow.verbs[0]' windrow.prepare

USER node
ENTRYPOINT ["node", "framework/cli/main.ts"]
