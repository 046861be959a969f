import { crashSuite } from './crash-suite.ts'

crashSuite({
  moments: ['the request arrived', 'the answer was made'],
  sample: [
    ['enrolment', 5, 'the answer was made'],
    ['enrolment', 12, 'the answer was made'],
    ['signing a PDF', 1, 'the answer was made'],
    ['signing a PDF', 8, 'the answer was made'],
    ['signing a PDF', 9, 'the request arrived'],
    ['login', 10, 'the answer was made'],
  ],
})
