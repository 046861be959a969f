export { OprfError, type OprfErrorCode } from './errors.ts'
export {
  generateOprfKey,
  oprfBlind,
  oprfEvaluate,
  oprfFinalize,
  oprfKeyFromSeed,
  type OprfKey,
} from './voprf.ts'
