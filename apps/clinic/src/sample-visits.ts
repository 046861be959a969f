import { randomUUID } from 'node:crypto'
import type { Store } from './store.ts'

/** Invented people; the page says so beside the list. */
const samples = [
  ['08:40', '王秀兰', '女', '67 岁', '咳嗽、咳痰 3 天，低热 1 天', '青霉素皮试阳性'],
  ['08:55', '李建国', '男', '58 岁', '高血压复诊，要求续方', ''],
  ['09:10', '赵思远', '男', '6 岁', '发热、咽痛 1 天', ''],
  ['09:30', '周慧敏', '女', '34 岁', '上腹部隐痛、反酸 1 周', '磺胺类过敏'],
  ['09:45', '吴德顺', '男', '72 岁', '2 型糖尿病随访，血糖控制欠佳', ''],
  ['10:05', '郑晓彤', '女', '27 岁', '反复鼻塞、流涕 2 周', ''],
  ['10:20', '冯立新', '男', '45 岁', '腰痛 5 天，活动后加重', ''],
  ['10:40', '何玉珍', '女', '63 岁', '头晕 2 天', '头孢类过敏'],
] as const

/** Gives a day its patients, once. */
export function ensureVisits(store: Store, day: string): void {
  for (const [index, [at, name, sex, age, complaint, allergies]] of samples.entries()) {
    const number = `MZ${day.replaceAll('-', '')}-${String(index + 1).padStart(4, '0')}`
    store.run(
      `insert into visit (visit_id, day, number, at, name, sex, age, complaint, allergies)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (day, number) do nothing`,
      randomUUID(),
      day,
      number,
      at,
      name,
      sex,
      age,
      complaint,
      allergies,
    )
  }
}
