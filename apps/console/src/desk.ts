import { shallowRef } from 'vue'
import { ask, type Reply } from './platform.ts'

/** The figures of the work desk; the menu shows of them what waits for a decision. */
export const desk = shallowRef<Reply<'getOverview'>>()

export async function readDesk(): Promise<Reply<'getOverview'>> {
  return (desk.value = await ask('getOverview'))
}
