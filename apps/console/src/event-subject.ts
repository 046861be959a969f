/** Who else had a part in an event: what the subject's ids are called, each once, in the subject's own order. */
export function othersIn(
  subject: Readonly<Record<string, string>>,
  names: Readonly<Record<string, string>>,
  own?: string,
): string {
  const called = Object.values(subject).flatMap((id) => (id === own ? [] : (names[id] ?? [])))
  return [...new Set(called)].join(' · ')
}
