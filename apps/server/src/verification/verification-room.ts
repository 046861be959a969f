import { integratorEndpoints } from '@yunqian/api'
import { encodePem } from '@yunqian/pki'
import type { HttpApp, Platform, Room, Threads } from '../platform/index.ts'
import type { VerifyWorks } from './work/index.ts'

/** What is known here beyond the file: whom this platform trusts, and the lists it publishes. */
export interface TrustMaterial {
  /** DER. */
  readonly root: Uint8Array
  readonly intermediates: readonly Uint8Array[]
  /** The current revocation lists of root and issuing CA. */
  crls(): Promise<readonly Uint8Array[]>
}

/** Verification for anybody, without login: it holds no key and keeps no file. */
export function verificationRoom(
  platform: Platform,
  trust: TrustMaterial,
  threads: Pick<Threads<VerifyWorks>, 'run'>,
): Room {
  return {
    name: 'verification',
    routes: (app) => mountRoutes(app, platform, trust, threads),
  }
}

function mountRoutes(
  app: HttpApp,
  platform: Platform,
  trust: TrustMaterial,
  threads: Pick<Threads<VerifyWorks>, 'run'>,
): void {
  app.route(integratorEndpoints.verifyDocument, async (call) => {
    const { content, detachedContent, at } = call.body
    const files = [content, detachedContent].map((text) => text && fromBase64(text))
    const [file, detached] = files as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>?]
    const question = {
      content: file,
      trustAnchors: [trust.root],
      intermediates: trust.intermediates,
      crls: await trust.crls(),
      now: platform.clock.now(),
      ...(detached ? { detachedContent: detached } : {}),
      ...(at === undefined ? {} : { at: new Date(at) }),
    }
    const transfer = [file.buffer, ...(detached ? [detached.buffer] : [])]
    return threads.run('verify', question, { lane: 'anyone', signal: call.signal, transfer })
  })
  app.route(integratorEndpoints.getTrust, async () => ({
    root: encodePem('CERTIFICATE', trust.root),
    intermediates: trust.intermediates.map((der) => encodePem('CERTIFICATE', der)),
    notice: {
      zh: '本根证书由平台内置 CA 自行生成，未经国家密码管理部门认证（未认证）。请通过可靠渠道核对其指纹后再信任。',
      en: 'This root belongs to the platform’s built-in CA, which no authority has certified. Compare its fingerprint over a channel you trust before relying on it.',
    },
  }))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
