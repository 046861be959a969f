export { appendEvent, type NewEvent } from './append-event.ts'
export type { Sealer } from './ports.ts'
