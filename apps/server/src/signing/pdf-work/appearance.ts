import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import {
  fontOutliner,
  outlineText,
  type SignatureAppearance,
  type TextOutliner,
} from '@yunqian/documents/write'
import type { Handwriting } from '@yunqian/api'

// Ten megabytes of font are read when the first signature is drawn, not at start.
let outliner: Promise<TextOutliner> | undefined

async function loadOutliner(): Promise<TextOutliner> {
  const path = createRequire(import.meta.url).resolve(
    '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  )
  const { create } = await import('fontkit')
  const font = create(await readFile(path))
  return fontOutliner(font as unknown as Parameters<typeof fontOutliner>[0])
}

/**
 * What a visible signature shows: the handwriting, the name, the time in Beijing and the reason. Text is drawn as outlines;
 * a character the font lacks is refused with `documents.glyph-missing` rather than shown as an empty box.
 */
export async function signatureAppearance(shown: {
  readonly name: string
  readonly at: Date
  readonly reason?: string
  readonly handwriting?: Handwriting
}): Promise<SignatureAppearance> {
  const font = await (outliner ??= loadOutliner())
  const small = [
    beijingTime(shown.at),
    ...(shown.reason === undefined ? [] : [shown.reason]),
    '云签 电子签名',
  ]
  return {
    ...(shown.handwriting ? { strokes: shown.handwriting } : {}),
    lines: [outlineText(font, shown.name, 8.5), ...small.map((line) => outlineText(font, line, 6))],
  }
}

function beijingTime(at: Date): string {
  const shifted = new Date(at.getTime() + 8 * 3_600_000).toISOString()
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)}`
}
