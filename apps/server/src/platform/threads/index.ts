export { serveThread } from './serve-thread.ts'
export { openThreads, type ThreadLimits, type Threads } from './thread-pool.ts'
