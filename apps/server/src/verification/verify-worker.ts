// A thread for one verification: a stranger's file can take its time without holding up the service.
import { parentPort, workerData } from 'node:worker_threads'
import { answerQuestion, type VerifyQuestion } from './verify-question.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin.
parentPort?.postMessage(answerQuestion(workerData as VerifyQuestion))
