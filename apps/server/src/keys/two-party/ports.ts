/**
 * Seals secrets at rest under the platform's key. An implementer must bind the purpose: what was sealed for one key id
 * opens for no other.
 */
export interface Sealer {
  seal(purpose: string, bytes: Uint8Array): Uint8Array
  open(purpose: string, sealed: Uint8Array): Uint8Array
}
