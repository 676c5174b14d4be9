// The program of hand-over.test.ts: says what reaches it, and ends with code 7 a while after the first signal.
const CALM_MS = 400;

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    process.stdout.write(`${signal}\n`);
    setTimeout(() => process.exit(7), CALM_MS);
  });
}
const args = process.argv.slice(2);
process.stdout.write(`ready ${JSON.stringify(args)} on Node ${process.versions.node.split('.')[0]}\n`);
if (args.includes('die')) process.kill(process.pid, 'SIGKILL');
setInterval(() => {}, 1000);
