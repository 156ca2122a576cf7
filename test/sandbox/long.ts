/** Whether this is `npm run test:long`, in which faults last as long, and come as often, as in a bad night. */
export const long = process.env.SANDBOX_LONG !== undefined;

/** Options of a test that only that one runs. */
export const inTheLongRun = { skip: long ? (false as const) : 'in npm run test:long' };
