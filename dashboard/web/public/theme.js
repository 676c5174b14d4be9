// Before the first paint, so that a chosen theme does not flash in the other one. A file, because the page allows no inline script.
const chosen = localStorage.getItem('windrow.theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
