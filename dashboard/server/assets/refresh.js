// Keeps the page fresh. Everything works without it. A part that somebody is using right now is left alone.
const EVERY_MS = 4000;

async function refresh() {
  if (document.hidden || getSelection()?.type === 'Range') return;
  const response = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (next !== null && !part.contains(document.activeElement)) replace(part, next);
  }
}

function replace(part, next) {
  for (const open of part.querySelectorAll('details[data-key][open]')) {
    next.querySelector(`details[data-key="${open.dataset.key}"]`)?.setAttribute('open', '');
  }
  if (part.innerHTML !== next.innerHTML) part.innerHTML = next.innerHTML;
}

// A notice is told once: reloading the page must not tell it again.
history.replaceState(null, '', location.pathname + location.search.replace(/[?&]notice=\w*/, '') + location.hash);
// The server may be starting again; the next turn tells.
setInterval(() => void refresh().catch(() => {}), EVERY_MS);
