export { longPoll } from './long-poll.ts'
export { openSignals, type Signals, type Subscription } from './signals.ts'
