import { messageTable } from '@yunqian/design/language'
import * as people from './people.ts'
import * as review from './review.ts'
import * as shell from './shell.ts'

export const parts = [shell, review, people]
export const zh = { ...shell.zh, ...review.zh, ...people.zh }
export const en = { ...shell.en, ...review.en, ...people.en }

export type MessageKey = keyof typeof zh

export const say = messageTable<MessageKey>({ zh, en })
