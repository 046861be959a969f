/** Seals bytes under the platform key, bound to a purpose. */
export interface Sealer {
  seal(purpose: string, bytes: Uint8Array): Uint8Array
}
