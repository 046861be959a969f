import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, type Rolldown } from 'vite'
import { pdfjsFiles } from '../../../scripts/pdfjs-files.ts'
import type { OfflinePage } from '../src/edition/edition.ts'

const offlineFileName = 'yunqian-verify-offline.html'

const config = fileURLToPath(new URL('../vite.offline.config.ts', import.meta.url))
const about = 'virtual:offline-page'
const pdfjs = 'virtual:pdfjs-files'

/** Builds the offline page first, puts it beside the hosted one, and tells the hosted one its digests. */
export function offerOfflinePage(): Plugin {
  let page: OfflinePage | undefined
  return {
    name: 'offline-page',
    async buildStart() {
      // While developing there is none, and the page offers none.
      if (this.environment.mode !== 'build') return
      const html = await buildOfflinePage()
      this.emitFile({ type: 'asset', fileName: offlineFileName, source: html })
      const digest = (name: string) => createHash(name).update(html).digest('hex')
      const bytes = Buffer.byteLength(html)
      page = { fileName: offlineFileName, bytes, sha256: digest('sha256'), sm3: digest('sm3') }
      // In the form that `sha256sum --check` takes.
      const sums = `${page.sha256}  ${offlineFileName}\n`
      this.emitFile({ type: 'asset', fileName: `${offlineFileName}.sha256`, source: sums })
    },
    resolveId: (id) => (id === about ? `\0${about}` : undefined),
    load: (id) =>
      id === `\0${about}` ? `export const offlinePage = ${JSON.stringify(page)}` : undefined,
  }
}

async function buildOfflinePage(): Promise<string> {
  const built = await build({ configFile: config, logLevel: 'warn', build: { write: false } })
  const [output] = (Array.isArray(built) ? built : [built]) as { output: readonly object[] }[]
  const files = output!.output as { fileName: string; source?: string | Uint8Array }[]
  const [html, ...rest] = files
  // Whatever stands beside the page would be fetched by it, and it may fetch nothing.
  if (!html || rest.length > 0)
    throw new Error(`the offline page is not one file: ${files.map((file) => file.fileName)}`)
  return String(html.source)
}

/** What the hosted page fetches for pdf.js, as a module. */
export function enclosePdfjsFiles(): Plugin {
  return {
    name: 'enclose-pdfjs-files',
    resolveId: (id) => (id === pdfjs ? `\0${pdfjs}` : undefined),
    load(id) {
      if (id !== `\0${pdfjs}`) return undefined
      const files = pdfjsFiles(['wasm', /^(jbig2|openjpeg)\.wasm$/]).map(({ name, content }) => [
        name,
        Buffer.from(content).toString('base64'),
      ])
      return `export const files = ${JSON.stringify(Object.fromEntries(files))}`
    },
  }
}

/**
 * Puts script and style into the page, under a policy that lets it load nothing: only this very script runs, and what
 * it makes itself (its workers, pictures and fonts).
 */
export function intoOneFile(): Plugin {
  return {
    name: 'into-one-file',
    enforce: 'post',
    // After Vite's own last touches to the script, of which the digest is taken.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['index.html']
        if (page?.type !== 'asset') throw new Error('there is no page')
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
        const styles = Object.values(bundle).filter((file) => file.fileName.endsWith('.css'))
        if (chunks.length !== 1) throw new Error(`${chunks.length} scripts instead of one`)
        const script = chunks[0]!.code
          .replaceAll('</script', '<\\/script')
          .replaceAll('<!--', '<\\!--')
        const style = styles
          .map((file) => (file.type === 'asset' ? String(file.source) : ''))
          .join('')
        const pictures = Object.values(bundle).filter((file) => file.fileName.endsWith('.svg'))
        const bare = pictures
          .reduce(withPicture, String(page.source))
          .replaceAll(/\s*<(script|link)[^>]*(src|href)="\.\/assets[^>]*>(<\/script>)?/g, '')
        page.source = bare
          .replace('<meta charset', () => `${policy(script)}\n    <meta charset`)
          .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
          .replace('</body>', () => `  <script type="module">${script}</script>\n  </body>`)
        for (const file of [...chunks, ...styles, ...pictures]) delete bundle[file.fileName]
      },
    },
  }
}

function withPicture(html: string, file: Rolldown.OutputAsset | Rolldown.OutputChunk): string {
  if (file.type !== 'asset') return html
  const data = Buffer.from(file.source).toString('base64')
  return html.replaceAll(`./${file.fileName}`, `data:image/svg+xml;base64,${data}`)
}

function policy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64')
  const rules = [
    `default-src 'none'`,
    // WebAssembly decodes pictures and checks SM2; it reaches nothing that this script does not hand it.
    `script-src 'sha256-${hash}' 'wasm-unsafe-eval'`,
    `worker-src blob:`,
    `style-src 'unsafe-inline'`,
    `img-src data: blob:`,
    `font-src data: blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ]
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}" />`
}
