import { edition } from '#edition'
import type { Answer, Question } from './question.ts'

/** Asks in a worker of its own, so that a large file never freezes the page; a broken worker is thrown away. */
export async function ask(question: Question): Promise<Answer> {
  let worker: Worker
  try {
    worker = edition.startVerifyWorker()
  } catch {
    // Some browsers allow no worker to a page opened from a disk: better a page that waits than no verdict.
    return (await import('./answer-question.ts')).answerQuestion(question)
  }
  return new Promise<Answer>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Answer | undefined>) =>
      data ? resolve(data) : reject(new Error('the check failed')),
    )
    worker.addEventListener('error', (event) => reject(new Error(event.message)))
    worker.postMessage(question, [])
  }).finally(() => worker.terminate())
}
