import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { servePdfjsFiles } from '../../scripts/pdfjs-files.ts'
import { offerOfflinePage } from './vite/offline-page.ts'

export default defineConfig({
  base: '/verify/',
  plugins: [vue(), servePdfjsFiles(), offerOfflinePage()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
