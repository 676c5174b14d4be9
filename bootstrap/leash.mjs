// Preloaded into the program by hand-over.mjs. When the bootstrap is killed outright, the channel to it closes, and the
// program, which leads a process group of its own, gets the signal that the terminal could no longer deliver.
if (process.env.WINDROW_LEASH === '1' && process.channel) {
  delete process.env.WINDROW_LEASH;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
