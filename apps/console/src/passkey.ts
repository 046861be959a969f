import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { ask } from './platform.ts'
import { PlatformRefusal } from './refusal.ts'
import { enter } from './session.ts'

export const passkeysHere = browserSupportsWebAuthn()

/** Signs in with a passkey this browser holds. */
export async function signInByPasskey(): Promise<void> {
  const options = await ask('beginPasskeySignIn', { body: {} })
  const answer = await byBrowser(() =>
    startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON }),
  )
  enter(await ask('finishPasskeySignIn', { body: { ...answer } }))
}

/** Makes a passkey for the member of staff signed in. */
export async function addPasskey(): Promise<void> {
  const options = await ask('beginPasskey', { body: {} })
  const answer = await byBrowser(() =>
    startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON }),
  )
  await ask('finishPasskey', { body: { ...answer } })
}

// The browser says why in its own words and language; the person needs to know what to do.
async function byBrowser<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch {
    throw new PlatformRefusal({
      code: 'console.passkey-not-done',
      zh: '浏览器没有完成通行密钥的操作，可以重试或使用密码登录。',
      en: 'The browser did not finish with the passkey. Try again, or use the password.',
      status: 0,
    })
  }
}
