import type { RecordBody, Visit } from './clinic-api.ts'

const general: Partial<RecordBody> = {
  presentIllness: '患者因上述不适就诊，起病以来精神、饮食、睡眠尚可，大小便正常，体重无明显变化。',
  pastHistory: '否认高血压、糖尿病、冠心病史，否认手术外伤史。',
  examination:
    'T 36.5℃，P 76 次/分，R 18 次/分，BP 122/78 mmHg。神清，心肺听诊无异常，腹软无压痛。',
  diagnosis: '待查',
  advice: '注意休息，症状加重或不缓解时复诊。',
}

const texts: readonly [RegExp, Partial<RecordBody>][] = [
  [
    /咳|发热|咽痛|鼻/,
    {
      presentIllness:
        '患者受凉后出现上述症状，咳少量白痰，夜间较明显，无胸痛、气促，精神、饮食尚可，大小便正常。',
      pastHistory: '否认哮喘、结核病史。',
      examination:
        'T 37.6℃，P 84 次/分，R 18 次/分。咽部充血，扁桃体不大，双肺呼吸音清，未闻及干湿啰音。',
      diagnosis: '急性上呼吸道感染（J06.900）',
      prescription: [
        {
          drug: '对乙酰氨基酚片 0.5 g×12 片',
          dose: '0.5 g',
          usage: '口服 发热时服',
          amount: '1 盒',
        },
        { drug: '氨溴索口服溶液 100 ml', dose: '10 ml', usage: '口服 每日 3 次', amount: '1 瓶' },
      ],
      advice: '多饮水，注意休息；体温超过 38.5℃ 持续不退或出现气促时及时复诊。',
    },
  ],
  [
    /血压|头晕/,
    {
      presentIllness:
        '高血压病史多年，规律服药，家中自测血压 130–145/80–90 mmHg，无胸闷、肢体麻木。',
      pastHistory: '否认糖尿病、脑卒中病史。',
      examination: 'BP 142/88 mmHg，心率 76 次/分，律齐，双肺呼吸音清，双下肢无水肿。',
      diagnosis: '高血压病 2 级（I10.x00）',
      prescription: [
        {
          drug: '苯磺酸氨氯地平片 5 mg×28 片',
          dose: '5 mg',
          usage: '口服 每日 1 次',
          amount: '1 盒',
        },
      ],
      advice: '低盐饮食，每日早晚测血压并记录，四周后复诊。',
    },
  ],
]

/** A starting text as clinics keep them for common complaints; the doctor changes what does not fit. */
export function usualText(visit: Visit): Partial<RecordBody> {
  const found = texts.find(([pattern]) => pattern.test(visit.complaint))?.[1] ?? general
  return JSON.parse(JSON.stringify(found)) as Partial<RecordBody>
}
