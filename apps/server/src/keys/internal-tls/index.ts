export { certifyPeer, certifyServer, createTlsAuthority } from './certify.ts'
export {
  caServerName,
  platformPeerName,
  readTlsIdentity,
  tlsFolder,
  warnBeforeExpiry,
  type TlsIdentity,
} from './identity.ts'
