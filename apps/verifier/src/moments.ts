import { dateTimeSeconds } from '@yunqian/design'

/** 2026-11-24 16:05:09 UTC+8: a verdict is read far from where it was made, so the zone is always said. */
export function momentWithZone(iso: string): string {
  const minutes = -new Date(iso).getTimezoneOffset()
  if (Number.isNaN(minutes)) return iso
  const hours = Math.floor(Math.abs(minutes) / 60)
  const rest = Math.abs(minutes) % 60
  const zone = `${minutes < 0 ? '-' : '+'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`
  return `${dateTimeSeconds(iso)} UTC${zone}`
}
