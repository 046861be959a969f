declare module 'fontkit' {
  import type { OutlineFont } from '@yunqian/documents/write'

  /** Opens a font file. */
  export function create(data: Uint8Array): OutlineFont
}
