export { verifyWorks, type VerifyWorks } from './verify-question.ts'
