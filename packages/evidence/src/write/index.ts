export { encodeManifest } from '../bundle/manifest.ts'
export { encodeLogEvents } from '../bundle/log-events.ts'
export { writeZip } from '../bundle/zip.ts'
