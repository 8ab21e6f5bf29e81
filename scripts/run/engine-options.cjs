'use strict';

/**
 * What Node is started with to run the engine. Requests wait for the database together, hundreds at once, so every
 * collection of the young generation finds them all alive and copies them: with semi-spaces of 32 MB instead of 16 it
 * does so half as often (GC was 15-21 % of the thread; a charge over HTTP 91 -> 83 us). An idle engine does not fill them;
 * a busy one takes up to 32 MB more. V8 reads this only when it starts.
 */
const ENGINE_OPTIONS = ['--max-semi-space-size=32'];

module.exports = { ENGINE_OPTIONS };
