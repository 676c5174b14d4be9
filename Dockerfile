# The image of worker, scheduler and dashboard: which one it is, the command says.
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
COPY dashboard dashboard

# The stand-ins stay at home, and with them what only they serve.
RUN npm pkg delete windrow.verbs windrow.prepare

USER node
ENTRYPOINT ["node", "framework/cli/main.ts"]
