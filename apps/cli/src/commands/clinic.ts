import { clinicConfigFrom, startClinic } from '@yunqian/clinic'
import { refuse } from './refusal.ts'
import { untilTold } from './until-told.ts'

/** `yunqian clinic`: the sample HIS alone, told by CLINIC_PLATFORM_URL, CLINIC_APPLICATION_KEY, CLINIC_PORT, CLINIC_DATA. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    process.stderr.write(
      '用法 usage: CLINIC_PLATFORM_URL=… CLINIC_APPLICATION_KEY=… yunqian clinic\n',
    )
    return 64
  }
  try {
    const clinic = await startClinic(clinicConfigFrom(process.env))
    process.stdout.write(`门诊示例 Clinic ${clinic.url}\n`)
    return await untilTold({ stop: clinic.stop, lost: new Promise(() => {}) })
  } catch (error) {
    return refuse(error)
  }
}
