/**
 * Import this in a spec whose claim is about real seconds on the clock of a machine that others use too: a test that was
 * starved of CPU gets one more try, and its first failure is printed. A spec of rules or of money has no second try: what
 * fails there once is a fault. Of no use where `beforeAll` does the work, which is not done again.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
