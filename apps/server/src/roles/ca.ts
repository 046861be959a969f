import { openIssuer } from '../issuance/issuer-key.ts'
import type { Issuer } from '../issuance/index.ts'
import type { Platform } from '../platform/index.ts'

/** The one place that opens the issuer key. */
export function assembleIssuer({ config, sealer, random }: Platform): Issuer {
  return openIssuer(config, sealer, random)
}
