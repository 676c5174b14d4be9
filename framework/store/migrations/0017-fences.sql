-- Tries start without waiting for the disk, so a start, and the fence that it minted, can be lost when PostgreSQL crashes. It
-- empties unlogged tables when it recovers, and only then. While this one is empty nobody starts anything: see open-fences.ts.
create unlogged table open_fences (
  is_only boolean primary key default true check (is_only)
);
