/** Hands bytes to the browser's download under a name. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The download has its own hold on the bytes once the click was handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 0)
}
