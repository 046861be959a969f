export { certifyPeer, certifyServer, createTlsAuthority } from './certify.ts'
export {
  caServerName,
  platformPeerName,
  readTlsIdentity,
  tlsFolder,
  type TlsIdentity,
} from './identity.ts'
