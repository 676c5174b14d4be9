// The dashboard serves built files; a run of tests starts with those of the sources that are there.
export { ensureWeb as setup } from '../../bootstrap/web.mjs';
