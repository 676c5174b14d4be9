import { afterAll, afterEach, beforeEach } from 'vitest';

import { dropDatabases } from './database.ts';
import { failOnLeaks, noteWhatIsOpen } from './leaks.ts';

// Hooks of a test file run inside these: its clean-up comes before the look at what is left.
beforeEach(noteWhatIsOpen);
afterEach(failOnLeaks);
afterAll(dropDatabases);
