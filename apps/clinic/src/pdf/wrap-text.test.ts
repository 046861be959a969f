import { describe, expect, it } from 'vitest'
import { wrapText } from './wrap-text.ts'

const widthOf = (text: string) => [...text].length

describe('wrapping of Chinese text', () => {
  it('fills lines and loses nothing', () => {
    const text = '患者三天前受凉后出现咳嗽，咳少量白痰。体温 37.8℃。'
    const lines = wrapText(text, 8, widthOf)
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(8)
  })

  it('never begins a line with a closing mark, and keeps numbers whole', () => {
    expect(wrapText('一二三四，五', 4, widthOf)).toEqual(['一二三', '四，五'])
    expect(wrapText('血压138/86', 6, widthOf)).toEqual(['血压', '138/86'])
  })

  it('keeps the writer’s own lines', () => {
    expect(wrapText('一\n\n二', 4, widthOf)).toEqual(['一', '', '二'])
  })

  it('breaks a word that is wider than the line', () => {
    expect(wrapText('AB12345678', 4, widthOf)).toEqual(['AB12', '3456', '78'])
  })
})
