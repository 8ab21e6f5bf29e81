import { whenDatabaseIsThere } from './when-database-is-there';

const fault = (code: string | undefined, message = '', syscall?: string): Error =>
  Object.assign(new Error(message), { code, syscall });

/** Works at the third try. */
function thirdTimeLucky(mishap: Error): jest.Mock<Promise<string>> {
  return jest
    .fn<Promise<string>, []>()
    .mockRejectedValueOnce(mishap)
    .mockRejectedValueOnce(mishap)
    .mockResolvedValue('done');
}

describe('a start', () => {
  it.each([
    ['nobody listens yet', fault('ECONNREFUSED')],
    ['its name is not known yet', fault('ENOTFOUND', '', 'getaddrinfo')],
    ['names cannot be asked for yet', fault('EAI_AGAIN', '', 'getaddrinfo')],
    ['its socket is not there yet', fault('ENOENT', '', 'connect')],
    ['it is starting up', fault('57P03', 'the database system is starting up')],
    ['it has no connection left', fault('53300', 'sorry, too many clients already')],
    ['it is slow to take a connection', fault(undefined, 'Connection terminated due to connection timeout')],
    ['the pool is slow to give one', fault(undefined, 'timeout exceeded when trying to connect')],
  ])('waits for its database when %s, and says so once', async (_, mishap) => {
    const work = thirdTimeLucky(mishap);
    const waiting = jest.fn();
    expect(await whenDatabaseIsThere(work, waiting)).toBe('done');
    expect(waiting.mock.calls).toEqual([[mishap]]);
  });

  it.each([
    ['a wrong password', fault('28P01')],
    ['a missing database', fault('3D000')],
    ['a user without rights', fault('42501')],
    ['a server without TLS', fault(undefined, 'The server does not support SSL connections')],
    ['a port that another has', fault('EADDRINUSE', '', 'listen')],
  ])('does not wait for what time does not mend: %s', async (_, mishap) => {
    const waiting = jest.fn();
    await expect(whenDatabaseIsThere(thirdTimeLucky(mishap), waiting)).rejects.toBe(mishap);
    expect(waiting).not.toHaveBeenCalled();
  });

  it('does not wait for ever', async () => {
    const mishap = fault('ECONNREFUSED');
    await expect(whenDatabaseIsThere(thirdTimeLucky(mishap), jest.fn(), 0)).rejects.toBe(mishap);
  });
});
