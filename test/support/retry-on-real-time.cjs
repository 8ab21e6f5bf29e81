// Tests that let real seconds pass on a shared machine may be starved of CPU once. They get one more try, and the first
// failure is printed. Tests of rules and of money have no second try.
'use strict';
/* global jest, expect */
const REAL_TIME = /[\\/](test[\\/](telephony|faults)|apps[\\/]vapi-simulator)[\\/]/;

if (REAL_TIME.test(expect.getState().testPath ?? '')) jest.retryTimes(1, { logErrorsBeforeRetry: true });
