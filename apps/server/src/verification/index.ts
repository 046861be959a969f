export { verificationRoom, type TrustMaterial } from './verification-room.ts'
