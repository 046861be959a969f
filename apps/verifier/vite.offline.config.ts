import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'
import { enclosePdfjsFiles, intoOneFile } from './vite/offline-page.ts'

/** The same page in one file, for a disk without a network; `vite.config.ts` builds it along. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [vue(), enclosePdfjsFiles(), intoOneFile()],
  resolve: { conditions: ['offline', ...defaultClientConditions] },
  // Chromium lets a page from a disk start no module worker.
  worker: { format: 'iife', rolldownOptions: { checks: { bundlerTimings: false } } },
  build: {
    target: 'es2022',
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    chunkSizeWarningLimit: 10_000,
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: { output: { codeSplitting: false }, checks: { bundlerTimings: false } },
  },
})
