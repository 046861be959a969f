import { language } from './language.ts'

const locale = () => (language.value === 'zh' ? 'zh-CN' : 'en-GB')

/** 2026-11-24 16:05 in the reader's own time zone. */
export function dateTime(iso: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  return `${day(iso)} ${timeOfDay(iso)}`
}

/** 16:05 in the reader's own time zone. */
export function timeOfDay(iso: string): string {
  const options = { hour: '2-digit', minute: '2-digit', hour12: false } as const
  return new Date(iso).toLocaleTimeString(locale(), options)
}

/** 2026-11-24 16:05:09, where the second matters. */
export function dateTimeSeconds(iso: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  return `${dateTime(iso)}:${String(moment.getSeconds()).padStart(2, '0')}`
}

/** 2026-11-24 in the reader's own time zone. */
export function day(iso: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  const two = (value: number) => String(value).padStart(2, '0')
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
}
