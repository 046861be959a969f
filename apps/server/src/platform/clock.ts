/** Where the time comes from; a value passed in, so that tests and the sandbox can move it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
