// The script of a thread of the platform: what it can be asked for is this table.
import { serveThread } from '../platform/threads/index.ts'
import { pdfWorks } from '../signing/pdf-work/index.ts'
import { verifyWorks } from '../verification/work/index.ts'

serveThread({ ...pdfWorks, ...verifyWorks })
