import { join } from 'node:path'

/** Everything the clinic is told from outside; secrets only as far as its own application key. */
export interface ClinicConfig {
  /** Origin of the platform as this server reaches it: `http://127.0.0.1:8080`. */
  readonly platformUrl: string
  /** Public verification page, printed on every record as a QR code. */
  readonly verifierUrl: string
  /** The application key that the console showed once. */
  readonly applicationKey: string
  readonly host: string
  readonly port: number
  /** Folder of the clinic's own SQLite file. */
  readonly dataFolder: string
  readonly centreName: string
  readonly workstation: string
}

/** Names what is missing or wrong in the configuration. */
class ClinicConfigError extends Error {
  readonly code = 'clinic.config-invalid'
}

/** Reads the clinic's configuration; throws with the name of what is missing. */
export function clinicConfigFrom(env: Readonly<Record<string, string | undefined>>): ClinicConfig {
  const required = (name: string) => {
    const value = env[name]?.trim()
    if (!value) throw new ClinicConfigError(`${name} is not set 未设置`)
    return value
  }
  const port = Number(env['CLINIC_PORT'] ?? 8090)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ClinicConfigError('CLINIC_PORT is not a port 不是端口号')
  const platformUrl = new URL(required('CLINIC_PLATFORM_URL')).origin
  return {
    platformUrl,
    verifierUrl: env['CLINIC_VERIFIER_URL'] ?? `${platformUrl}/verify/`,
    applicationKey: required('CLINIC_APPLICATION_KEY'),
    host: env['CLINIC_HOST'] ?? '127.0.0.1',
    port,
    dataFolder: env['CLINIC_DATA'] ?? join(process.cwd(), 'data', 'clinic'),
    centreName: env['CLINIC_CENTRE_NAME'] ?? '莲花社区健康服务中心（示例）',
    workstation: env['CLINIC_WORKSTATION'] ?? '全科诊室 1',
  }
}
