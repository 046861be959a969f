export { pdfWorks, type PdfWorks } from './pdf-works.ts'
