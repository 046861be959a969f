const key = 'yunqian.console.session'

/**
 * The session itself is a cookie no script reads. This mark says that there is one, so that a first visit asks for none,
 * and changes with it, so that the other tabs notice.
 */
export function markSession(staffId: string | undefined): void {
  try {
    if (staffId === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, `${staffId} ${Date.now()}`)
  } catch {
    // Storage is refused in private windows; the tabs then notice at their next call.
  }
}

/** Whether asking for a session makes sense; without storage nobody knows. */
export function isSessionMarked(): boolean {
  try {
    return localStorage.getItem(key) !== null
  } catch {
    return true
  }
}

/** Runs when another tab signed in or out. */
export function whenMarkedElsewhere(run: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === key) run()
  })
}
