import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { servePdfjsFiles } from '../../scripts/pdfjs-files.ts'

export default defineConfig({
  base: '/m/',
  plugins: [vue(), servePdfjsFiles()],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
})
