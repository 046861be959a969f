import type { Room } from '../platform/index.ts'
import { authenticateDevice, type DeviceAuthenticationDeps } from './authenticate-device.ts'

/** Lets phones in, as a role plugs it in. */
export const devicesRoom = (deps: DeviceAuthenticationDeps): Room => ({
  name: 'devices',
  authenticators: {
    device: async (request) => {
      const { tenantId, deviceId, personId } = await authenticateDevice(deps, request)
      return {
        kind: 'device',
        tenantId,
        deviceId,
        ...(personId === undefined ? {} : { personId }),
      }
    },
  },
})
