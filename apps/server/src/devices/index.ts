export {
  authenticateDevice,
  verifySelfSignedRequest,
  type DeviceAuthenticationDeps,
} from './authenticate-device.ts'
export { devicesRoom } from './room.ts'
export type { Device } from './device.ts'
export { DeviceError, type DeviceErrorCode } from './errors.ts'
export type { ArrivedRequest } from './signed-request.ts'
export { assignDevice, insertDevice, resolveDevice, retireOtherDevices } from './store.ts'
