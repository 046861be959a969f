/** A mobile number as it is typed, spaces and all, as the platform wants it. */
export const mobileFrom = (typed: string): string => typed.replace(/\s/g, '')

/** Whether this is a mainland mobile number. */
export const mobileFits = (mobile: string): boolean => /^1[3-9][0-9]{9}$/.test(mobile)
