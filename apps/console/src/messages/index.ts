import { messageTable } from '@yunqian/design/language'
import * as events from './events.ts'
import * as people from './people.ts'
import * as records from './records.ts'
import * as review from './review.ts'
import * as setUp from './set-up.ts'
import * as shell from './shell.ts'

export const parts = [shell, review, people, setUp, records, events]
export const zh = {
  ...shell.zh,
  ...review.zh,
  ...people.zh,
  ...setUp.zh,
  ...records.zh,
  ...events.zh,
}
export const en = {
  ...shell.en,
  ...review.en,
  ...people.en,
  ...setUp.en,
  ...records.en,
  ...events.en,
}

export type MessageKey = keyof typeof zh

export const say = messageTable<MessageKey>({ zh, en })

export const eventTypes = Object.keys(events.zh)

/** What an event type is called; a type this page does not know goes by its name. */
export function eventName(type: string): string {
  return Object.hasOwn(events.zh, type) ? say(type as keyof typeof events.zh) : type
}
