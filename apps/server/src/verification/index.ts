export { verificationRoom } from './verification-room.ts'
