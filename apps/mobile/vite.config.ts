import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** What pdf.js fetches by name at run time, served by us so that a page of Chinese text needs no foreign host. */
function pdfjsFiles(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  const wanted = [
    'build/pdf.worker.min.mjs',
    ...filesOf('cmaps', /\.bcmap$/),
    ...filesOf('standard_fonts', /\.(pfb|ttf)$/),
    ...filesOf('wasm', /nowasm_fallback\.js$/),
  ]
  function filesOf(part: string, names: RegExp): string[] {
    return readdirSync(join(folder, part))
      .filter((name) => names.test(name))
      .map((name) => `${part}/${name}`)
  }
  return {
    name: 'pdfjs-files',
    apply: 'build',
    generateBundle() {
      for (const file of wanted) {
        this.emitFile({
          type: 'asset',
          fileName: `pdfjs/${file}`,
          source: readFileSync(join(folder, file)),
        })
      }
    },
  }
}

export default defineConfig({
  base: '/m/',
  plugins: [vue(), pdfjsFiles()],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
})
