import type { OutpatientRecord } from './outpatient-record.ts'

/** Invented from beginning to end; used for the bundled example document and for screenshots. */
export const sampleRecord: OutpatientRecord = {
  centreName: '莲花社区健康服务中心（示例）',
  department: '全科门诊',
  visitNumber: 'MZ20261124-0007',
  visitedAt: '2026-11-24 09:30',
  patient: { name: '王秀兰', sex: '女', age: '67 岁' },
  allergies: '青霉素皮试阳性',
  chiefComplaint: '咳嗽、咳痰 3 天，低热 1 天。',
  presentIllness:
    '患者 3 天前受凉后出现咳嗽，咳少量白痰，夜间明显；昨日起发热，体温 37.8℃，无胸痛、气促。精神、饮食尚可，大小便正常。',
  pastHistory: '高血压病史 8 年，口服氨氯地平 5 mg 每日 1 次，血压平稳。否认糖尿病、冠心病史。',
  examination:
    'T 37.6℃，P 84 次/分，R 18 次/分，BP 138/86 mmHg。咽部充血，双肺呼吸音清；心率 84 次/分，律齐，无杂音。',
  diagnosis: '1. 急性上呼吸道感染（J06.900）\n2. 高血压病 2 级（I10.x00）',
  prescription: [
    { drug: '对乙酰氨基酚片 0.5 g×12 片', dose: '0.5 g', usage: '口服 发热时服', amount: '1 盒' },
    { drug: '氨溴索口服溶液 100 ml', dose: '10 ml', usage: '口服 每日 3 次', amount: '1 瓶' },
    { drug: '苯磺酸氨氯地平片 5 mg×28 片', dose: '5 mg', usage: '口服 每日 1 次', amount: '1 盒' },
  ],
  advice:
    '1. 多饮水，注意休息；2. 每日早晚测血压并记录；3. 体温超过 38.5℃ 或出现气促、胸痛时及时复诊。',
  doctorName: '陈雨晴',
  verifierUrl: 'http://127.0.0.1:8080/verify/',
  madeAt: new Date('2026-11-24T01:42:00.000Z'),
}
