import { sharedBuffersMb } from './server-memory';

const GB = 1_073_741_824;
const UNLIMITED = 2 ** 64;

describe('the buffers of the embedded PostgreSQL', () => {
  it.each<[string, number, number | undefined, number]>([
    ['a quarter of the machine', 4 * GB, undefined, 1_024],
    ['a quarter of the container', 64 * GB, 2 * GB, 512],
    ['a quarter of the machine where the container has no limit', 4 * GB, UNLIMITED, 1_024],
    ['a quarter of the machine where nobody knows of a limit', 4 * GB, 0, 1_024],
    ['never less than PostgreSQL takes by itself', GB / 4, undefined, 128],
    ['never more than it has use for', 64 * GB, undefined, 2_048],
  ])('are %s', (_, machine, container, expected) => {
    expect(sharedBuffersMb(machine, container)).toBe(expected);
  });
});
