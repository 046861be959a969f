// sm-crypto ships no types; these are the calls that tests and benchmarks make.
declare module 'sm-crypto' {
  interface SignatureOptions {
    readonly hash?: boolean
    readonly der?: boolean
    readonly publicKey?: string
    readonly userId?: string
  }
  export const sm2: {
    generateKeyPairHex(): { publicKey: string; privateKey: string }
    doSignature(
      message: Uint8Array | string,
      privateKey: string,
      options?: SignatureOptions,
    ): string
    doVerifySignature(
      message: Uint8Array | string,
      signatureHex: string,
      publicKey: string,
      options?: SignatureOptions,
    ): boolean
  }
}
