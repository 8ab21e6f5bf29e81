'use strict';

/**
 * What Node is started with to run the engine. Requests wait for the database together, hundreds at once, so every
 * collection of the young generation finds them all alive and copies them: with semi-spaces of 64 MB instead of 16 it
 * does so a quarter as often (GC was 15-21 % of the thread with 16, and 16-18 % of a status check's with 32). An idle engine
 * does not fill them; a busy one takes up to 144 MB more. V8 takes powers of two, and reads this only when it starts.
 *
 * Arrays that many collections found alive, V8 then lays out among the old ones at once ("pretenuring"): those of every later
 * batch too, and what they name stays until the next full collection. Without it a collection keeps 0.6 MB instead of 6 and
 * takes 5 ms instead of 12.
 */
const ENGINE_OPTIONS = ['--max-semi-space-size=64', '--no-allocation-site-pretenuring'];

module.exports = { ENGINE_OPTIONS };
