import './styles/tokens.css';
import './styles/base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/app.tsx';

const place = document.querySelector('#app');
if (place === null) throw new Error('The document has no element "app" to show the pages in.');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
