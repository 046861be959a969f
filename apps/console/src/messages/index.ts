import { messageTable } from '@yunqian/design/language'
import * as changes from './changes.ts'
import * as events from './events.ts'
import * as people from './people.ts'
import * as records from './records.ts'
import * as review from './review.ts'
import * as setUp from './set-up.ts'
import * as shell from './shell.ts'

export const parts = [shell, review, people, setUp, records, events, changes]
export const zh = {
  ...shell.zh,
  ...review.zh,
  ...people.zh,
  ...setUp.zh,
  ...records.zh,
  ...events.zh,
  ...changes.zh,
}
export const en = {
  ...shell.en,
  ...review.en,
  ...people.en,
  ...setUp.en,
  ...records.en,
  ...events.en,
  ...changes.en,
}

export type MessageKey = keyof typeof zh

export const say = messageTable<MessageKey>({ zh, en })

export const eventTypes = Object.keys(events.zh)

const name = (key: string): string | undefined =>
  Object.hasOwn(zh, key) ? say(key as MessageKey) : undefined

/** What an event is called: by what it changed where the log says, else by its type; an unknown one goes by its word. */
export function eventName({ type, change }: { type: string; change?: string }): string {
  const named = change?.split(',').flatMap((word) => name(`${type}:${word}`) ?? [])
  return named?.length ? named.join(say('listComma')) : (name(type) ?? type)
}
