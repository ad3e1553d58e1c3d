/** An e-mail address as we keep it, lower case. Throws with words where it is none. */
export function readEmail(text: string): string {
  const email = text.trim().toLowerCase()
  if (email.length > 254 || !/^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/.test(email)) {
    throw new Error(`"${text}" is not an e-mail address: it reads NAME@DOMAIN, such as ana@example.com.`)
  }
  return email
}
