import { answerQuestion } from './answer-question.ts'
import type { Question } from './question.ts'

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  try {
    postMessage(answerQuestion(data))
  } catch {
    postMessage(undefined)
  }
})
