export { openMessages } from './room.ts'
export { trialOutbox } from './trial-outbox.ts'
