// The files pdf.js asks for by name at run time: its worker, character maps, fonts, image decoders.
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))

export interface PdfjsFile {
  readonly name: string
  readonly content: Uint8Array
}

/** Character maps, fonts, and whatever else of pdf.js matches; by name below its folder. */
export function pdfjsFiles(
  ...more: readonly (readonly [part: string, wanted: RegExp])[]
): PdfjsFile[] {
  const parts = [['cmaps', /\.bcmap$/], ['standard_fonts', /\.(pfb|ttf)$/], ...more] as const
  const names = parts.flatMap(([part, wanted]) =>
    readdirSync(join(folder, part))
      .filter((name) => wanted.test(name))
      .map((name) => `${part}/${name}`),
  )
  return names.map((name) => ({ name, content: readFileSync(join(folder, name)) }))
}

/** Serves them beside a page, so that a page of Chinese text needs no foreign host. */
export function servePdfjsFiles(): Plugin {
  return {
    name: 'pdfjs-files',
    apply: 'build',
    generateBundle() {
      const worker = ['build', /^pdf\.worker\.min\.mjs$/] as const
      const decoders = ['wasm', /nowasm_fallback\.js$/] as const
      for (const { name, content } of pdfjsFiles(worker, decoders))
        this.emitFile({ type: 'asset', fileName: `pdfjs/${name}`, source: content })
    },
  }
}
