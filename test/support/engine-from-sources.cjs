// The engine's own main, of the sources as they are now: for tests that start, kill and restart it as a program.
require('./run-typescript.cjs');
require('../../apps/billing-api/src/main.ts');
