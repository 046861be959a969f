/** Where certificates of the issuing CA point. */
export const issuingAddresses = (publicUrl: string) => ({
  crl: `${publicUrl}/crl/issuing.crl`,
  ocsp: `${publicUrl}/ocsp`,
  caIssuers: `${publicUrl}/ca/issuing.cer`,
})

/** Where the issuing CA's own certificate points. */
export const rootAddresses = (publicUrl: string) => ({
  crl: `${publicUrl}/crl/root.crl`,
  ocsp: `${publicUrl}/ocsp`,
  caIssuers: `${publicUrl}/ca/root.cer`,
})
