import { describe, expect, it } from 'vitest'
import { faultyFields, normalised } from './identity-fields.ts'

const right = {
  centreCode: 'LH01',
  name: '陈静怡',
  idNumber: '11010519491231002X',
  mobile: '13800138000',
}

describe('what a person typed about themselves', () => {
  it('is understood with spaces, full-width digits, lower case and a country code', () => {
    const typed = {
      centreCode: ' lh01 ',
      name: ' 陈静怡 ',
      idNumber: '１１０１０５ 19491231 002x',
      mobile: '+86 138-0013-8000',
    }
    expect(normalised(typed)).toEqual(right)
    expect(normalised({ ...right, name: 'Aisha  Yusuf' }).name).toBe('Aisha Yusuf')
  })

  it('is faulty field by field, in the order of the form', () => {
    expect(faultyFields(right)).toEqual([])
    expect(faultyFields({ centreCode: '', name: '', idNumber: '1', mobile: '2' })).toEqual([
      'centreCode',
      'name',
      'idNumber',
      'mobile',
    ])
    expect(faultyFields({ ...right, mobile: '8613800138000' })).toEqual(['mobile'])
  })
})
