import { crashSuite } from './crash-suite.ts'

crashSuite({
  moments: ['before the commit', 'after the commit'],
  sample: [
    ['enrolment', 6, 'after the commit'],
    ['enrolment', 30, 'before the commit'],
    ['signing a PDF', 3, 'after the commit'],
    ['signing a PDF', 16, 'after the commit'],
    ['signing a PDF', 22, 'before the commit'],
    ['login', 20, 'after the commit'],
  ],
})
